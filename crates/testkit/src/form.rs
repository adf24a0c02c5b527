//! The first form of a page, as far as a program must read it to fill it in.

use url::form_urlencoded::Serializer;

/// A form: where it goes and its fields as they stand.
#[derive(Clone, Debug)]
pub struct Form {
    /// Its `action`.
    pub action: String,
    /// Names and values of its fields.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Reads the first form of a page.
    #[must_use]
    pub fn first(html: &str) -> Option<Self> {
        let form = &html[html.find("<form")?..];
        let form = &form[..form.find("</form>")?];
        let inputs = form.split("<input").skip(1).map(|input| input.split('>').next().unwrap());
        let fields = inputs.filter_map(|input| {
            Some((attribute(input, "name")?, attribute(input, "value").unwrap_or_default()))
        });
        Some(Self {
            action: attribute(form, "action").unwrap_or_default(),
            fields: fields.collect(),
        })
    }

    /// The value of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.0 == name).map(|field| field.1.as_str())
    }

    /// The form with this field filled in.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|field| field.0 != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The body that a browser sends.
    #[must_use]
    pub fn body(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = &tag[tag.find(&format!(" {name}=\""))? + name.len() + 3..];
    let value = &rest[..rest.find('"')?];
    Some(
        value
            .replace("&quot;", "\"")
            .replace("&#34;", "\"")
            .replace("&#38;", "&")
            .replace("&amp;", "&"),
    )
}
