//! A poster as a picture, to be sent to a group of people who will not print it: the QR on a card below the bridge. It
//! has no words, for a picture's words cannot be read aloud; the message it is sent with has them.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use qrcode::{Color, EcLevel, QrCode};

use crate::error::Fault;

const WIDTH: u32 = 1080;
const HEIGHT: u32 = 1440;
const NIGHT: Rgb<u8> = Rgb([19, 26, 62]);
const GLOW: Rgb<u8> = Rgb([55, 64, 127]);
const MOON: Rgb<u8> = Rgb([246, 239, 220]);
const LANTERN: Rgb<u8> = Rgb([191, 47, 32]);
const PAPER: Rgb<u8> = Rgb([255, 255, 255]);
const INK: Rgb<u8> = Rgb([0, 0, 0]);
/// Light modules around the code, as ISO 18004 wants.
const MARGIN: u32 = 4;
/// The card's place, and how long its sides are.
const CARD: (u32, u32, u32) = (140, 480, 800);
/// Stones of the bridge.
const STONES: u32 = 11;

/// The PNG of a poster whose QR says this.
///
/// # Errors
/// A fault where the text is too long for a QR.
pub fn png(text: &str) -> Result<Vec<u8>, Fault> {
    let code = QrCode::with_error_correction_level(text, EcLevel::Q).map_err(Fault::of)?;
    let mut picture = RgbImage::from_pixel(WIDTH, HEIGHT, NIGHT);
    stars(&mut picture);
    bridge(&mut picture);
    let (left, top, side) = CARD;
    rounded(&mut picture, (left, top), side, 48, PAPER);
    modules(&mut picture, &code);
    for y in HEIGHT - 24..HEIGHT {
        (0..WIDTH).for_each(|x| picture.put_pixel(x, y, LANTERN));
    }
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).map_err(Fault::of)?;
    Ok(bytes.into_inner())
}

/// Whole pixels a module, so that no edge is between two.
fn modules(picture: &mut RgbImage, code: &QrCode) {
    let (left, top, side) = CARD;
    let across = u32::try_from(code.width()).unwrap_or(u32::MAX);
    let pixels = (side / (across + 2 * MARGIN)).max(1);
    let indent = (side - across * pixels) / 2;
    for (at, module) in (0u32..).zip(code.to_colors()) {
        if module == Color::Dark {
            let (x, y) = (left + indent + at % across * pixels, top + indent + at / across * pixels);
            square(picture, (x, y), pixels, INK);
        }
    }
}

fn square(picture: &mut RgbImage, (left, top): (u32, u32), side: u32, colour: Rgb<u8>) {
    for y in top..(top + side).min(HEIGHT) {
        for x in left..(left + side).min(WIDTH) {
            picture.put_pixel(x, y, colour);
        }
    }
}

fn rounded(picture: &mut RgbImage, (left, top): (u32, u32), side: u32, radius: u32, colour: Rgb<u8>) {
    for y in 0..side {
        for x in 0..side {
            let inward = |at: u32| radius.saturating_sub(at).max((at + radius + 1).saturating_sub(side));
            if inward(x).pow(2) + inward(y).pow(2) <= radius.pow(2) {
                picture.put_pixel(left + x, top + y, colour);
            }
        }
    }
}

fn disc(picture: &mut RgbImage, (x, y): (u32, u32), radius: u32, colour: Rgb<u8>) {
    for down in 0..=2 * radius {
        for right in 0..=2 * radius {
            if right.abs_diff(radius).pow(2) + down.abs_diff(radius).pow(2) <= radius.pow(2) {
                let (x, y) = ((x + right).saturating_sub(radius), (y + down).saturating_sub(radius));
                if x < WIDTH && y < HEIGHT {
                    picture.put_pixel(x, y, colour);
                }
            }
        }
    }
}

/// An arch of stones from one side to the other, and the two lanterns where it begins.
fn bridge(picture: &mut RgbImage) {
    let span = WIDTH - 2 * CARD.0;
    for stone in 0..STONES {
        let x = CARD.0 + span * stone / (STONES - 1);
        // A parabola: nothing at both ends, highest in the middle.
        let rise = 4 * 220 * stone * (STONES - 1 - stone) / (STONES - 1).pow(2);
        let ends = stone == 0 || stone == STONES - 1;
        let (radius, colour) = if ends { (30, LANTERN) } else { (18, MOON) };
        disc(picture, (x, 380 - rise), radius, colour);
    }
}

fn stars(picture: &mut RgbImage) {
    for star in 0..60_u32 {
        // Scattered, and the same on every poster.
        let (x, y) = (star * 7919 % WIDTH, star * star * 104_729 % HEIGHT);
        disc(picture, (x, y), 2 + star % 3, GLOW);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_png_of_its_size() {
        let bytes = png("https://queqiao.example/e/qixi/join/0198f0c2-1111-7222-8333-444455556666").unwrap();
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (WIDTH, HEIGHT));
        assert!(bytes.len() < 200_000, "{}", bytes.len());
    }
}
