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
    let pages = [
        ("light", RgbColor(0x1f, 0x23, 0x28), RgbColor(0xf6, 0xf8, 0xfa), 0.2),
        ("dark", RgbColor(0xe6, 0xed, 0xf3), RgbColor(0x0d, 0x11, 0x17), 0.35),
    ];
    for (page, text, background, share) in pages {
        let term = Term::new().fg_color(Color::Rgb(text)).bg_color(Color::Rgb(background));
        // The library's dimmed text is too faint to be read on either page.
        let picture = term.render_svg(screen.trim_end()).replace("opacity: 0.4", "opacity: 0.75");
        std::fs::write(format!("{name}-{page}.svg"), with_contrast(&picture, text, share))?;
    }
    Ok(())
}

/// `picture` with its colours moved towards that of the text by `share`. The checker's own colours have to do on light
/// and on dark terminals, so on either page they are too close to the background.
fn with_contrast(picture: &str, text: RgbColor, share: f32) -> String {
    let mixed = |line: &str| {
        let (before, colour) = line.trim_start().strip_prefix(".fg-").and_then(|_| line.split_once('#'))?;
        let number = u32::from_str_radix(colour.get(..6)?, 16).ok()?;
        let mix = |shift: u32, text: u8| {
            let own = (number >> shift & 0xff) as f32;
            (own + (f32::from(text) - own) * share).round() as u8
        };
        let [red, green, blue] = [mix(16, text.0), mix(8, text.1), mix(0, text.2)];
        Some(format!("{before}#{red:02X}{green:02X}{blue:02X}{}", &colour[6..]))
    };
    picture.lines().map(|line| mixed(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}
