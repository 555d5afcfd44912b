//! Draws what a program printed, with its colours, as two SVG files: for light and for dark pages.
//!
//! `PROGRAM | screen_svg NAME` writes `NAME-light.svg` and `NAME-dark.svg`. See `docs/pictures`.

use std::io::Read as _;

use anstyle::{Color, RgbColor};
use anstyle_svg::{Palette, Term};

/// Colours of text on white that have a contrast of at least 4.5 with it.
const LIGHT: [RgbColor; 8] = [
    RgbColor(0x24, 0x29, 0x2f),
    RgbColor(0xb3, 0x1d, 0x28),
    RgbColor(0x11, 0x63, 0x29),
    RgbColor(0x7d, 0x4e, 0x00),
    RgbColor(0x05, 0x50, 0xae),
    RgbColor(0x82, 0x50, 0xdf),
    RgbColor(0x1b, 0x6b, 0x72),
    RgbColor(0x57, 0x60, 0x6a),
];
/// The same on a dark page.
const DARK: [RgbColor; 8] = [
    RgbColor(0x48, 0x4f, 0x58),
    RgbColor(0xff, 0x7b, 0x72),
    RgbColor(0x3f, 0xb9, 0x50),
    RgbColor(0xd2, 0x99, 0x22),
    RgbColor(0x58, 0xa6, 0xff),
    RgbColor(0xbc, 0x8c, 0xff),
    RgbColor(0x39, 0xc5, 0xcf),
    RgbColor(0xb1, 0xba, 0xc4),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).ok_or("NAME is missing")?;
    let mut screen = String::new();
    std::io::stdin().read_to_string(&mut screen)?;
    let pages = [
        ("light", LIGHT, RgbColor(0x1f, 0x23, 0x28), RgbColor(0xf6, 0xf8, 0xfa)),
        ("dark", DARK, RgbColor(0xe6, 0xed, 0xf3), RgbColor(0x0d, 0x11, 0x17)),
    ];
    for (page, colours, text, background) in pages {
        // Bright colours are the same ones: bold is told by its weight.
        let palette = Palette(std::array::from_fn(|at| colours[at % colours.len()]));
        let term = Term::new().palette(palette).fg_color(Color::Rgb(text)).bg_color(Color::Rgb(background));
        // The library's dimmed text is too faint to be read on either page.
        let picture = term.render_svg(screen.trim_end()).replace("opacity: 0.4", "opacity: 0.75");
        std::fs::write(format!("{name}-{page}.svg"), picture)?;
    }
    Ok(())
}
