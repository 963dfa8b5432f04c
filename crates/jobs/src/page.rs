//! Self-contained HTML pages: reports with pictures, in one file that needs nothing from elsewhere.
//!
//! [`document`] makes the page, [`plot`] its pictures as inline SVG. All text is escaped by `maud`, so that
//! the name of a file or a track cannot become markup. Colours are those of the program, in a light and a
//! dark form; the reader's system chooses.

pub mod plot;

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Colours, spacing and type of every page.
const STYLE: &str = include_str!("page/style.css");

/// A whole page called `title`, with a line below it.
pub fn document(title: &str, subtitle: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="dark light";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header {
                        h1 { (title) }
                        p.sub { (subtitle) }
                    }
                    (body)
                    footer { "Made by Twobus " (env!("CARGO_PKG_VERSION")) "." }
                }
            }
        }
    };
    page.into_string()
}

/// A table of names and values: a head, then rows of as many cells; the first is set to the left.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> Markup {
    html! {
        table {
            thead { tr { @for cell in head { th { (cell) } } } }
            tbody {
                @for row in rows {
                    tr { @for cell in row { td { (cell) } } }
                }
            }
        }
    }
}

/// A picture with its caption.
pub fn figure(caption: &str, picture: &Markup) -> Markup {
    html! { figure { figcaption { (caption) } (picture) } }
}

/// A sign and a word in the colour of a state: `ok`, `warn` or `fail`.
pub fn badge(state: State, text: &str) -> Markup {
    html! { span class={ "badge " (state.class()) } { (text) } }
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Good.
    Ok,
    /// Worth a look.
    Warn,
    /// Bad.
    Fail,
}

impl State {
    /// The class that gives a thing the colour of the state.
    pub fn class(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}
