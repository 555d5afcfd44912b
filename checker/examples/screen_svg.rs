//! Draws what a program printed, with its colours, as two SVG files: for light and for dark pages.
//!
//! `PROGRAM | screen_svg NAME` writes `NAME-light.svg` and `NAME-dark.svg`. See `docs/pictures`.

use std::io::Read as _;

use anstyle::{Color, RgbColor};
use anstyle_svg::Term;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).ok_or("NAME is missing")?;
    let mut screen = String::new();
    std::io::stdin().read_to_string(&mut screen)?;
    // The checker's own colours can be read on both.
    let pages = [
        ("light", RgbColor(0x1f, 0x23, 0x28), RgbColor(0xf6, 0xf8, 0xfa)),
        ("dark", RgbColor(0xe6, 0xed, 0xf3), RgbColor(0x0d, 0x11, 0x17)),
    ];
    for (page, text, background) in pages {
        let term = Term::new().fg_color(Color::Rgb(text)).bg_color(Color::Rgb(background));
        // The library's dimmed text is too faint to be read on either page.
        let picture = term.render_svg(screen.trim_end()).replace("opacity: 0.4", "opacity: 0.75");
        std::fs::write(format!("{name}-{page}.svg"), picture)?;
    }
    Ok(())
}
