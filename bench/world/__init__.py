"""What the bench is made of: the servers, the load, the works, the figures, the table and the plot."""
