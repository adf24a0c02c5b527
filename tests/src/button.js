const button = document.querySelector('#sign-in');
crossgate.addEventListener('signin', (event) => {
  event.preventDefault();
  button.hidden = false;
  button.onclick = () => {
    event.detail.open().then(() => { button.hidden = true; });
  };
});
