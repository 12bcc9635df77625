//! The QR of a code, as a drawing for a page.

use qrcode::render::svg;
use qrcode::{Color, EcLevel, QrCode};

use crate::error::Fault;

/// Light modules around the code: fewer, and scanners miss it on a dark background (ISO 18004 wants 4).
const MARGIN: usize = 4;

/// A drawing that fills what it is put into.
///
/// # Errors
/// A fault where the text is too long for a QR.
pub fn svg(text: &str) -> Result<String, Fault> {
    let code = encode(text)?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(240, 240).quiet_zone(true).build())
}

/// A QR to be put into a page of many: one path, its dark modules joined row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// Modules across, margin included.
    pub across: usize,
    pub path: String,
}

/// # Errors
/// A fault where the text is too long for a QR.
pub fn drawing(text: &str) -> Result<Drawing, Fault> {
    let code = encode(text)?;
    let (width, modules) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                path.push_str(&format!("M{} {}h{}v1h-{}z", x + MARGIN, y + MARGIN, run.len(), run.len()));
            }
            x += run.len();
        }
    }
    Ok(Drawing { across: width + 2 * MARGIN, path })
}

/// A quarter of the modules may be hidden by a thumb or a crease.
fn encode(text: &str) -> Result<QrCode, Fault> {
    QrCode::with_error_correction_level(text, EcLevel::Q).map_err(Fault::of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_covers_every_dark_module_once() {
        let text = "https://queqiao.example/c/ABCDEFGHIJKLMNOPQRSTUVWX23";
        let (code, drawing) = (encode(text).unwrap(), drawing(text).unwrap());
        let dark = code.to_colors().iter().filter(|module| **module == Color::Dark).count();
        let widths = drawing.path.split('h').skip(1).step_by(2).map(|rest| rest.split('v').next().unwrap());
        assert_eq!(widths.map(|width| width.parse::<usize>().unwrap()).sum::<usize>(), dark);
        assert!(drawing.path.starts_with("M4 4h7v1h-7z"), "{}", drawing.path);
    }

    #[test]
    fn the_drawing_is_an_svg() {
        assert!(svg("x").unwrap().contains("<svg"));
    }
}
