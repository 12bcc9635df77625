//! Pictures as people send them.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A picture of colours that run.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 120]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// As a phone takes it, with a block that says where.
pub fn taken_somewhere(width: u32, height: u32) -> Vec<u8> {
    let jpeg = jpeg(width, height);
    let block = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0GPS 39.9042N 116.4074E";
    let length = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, block, &jpeg[2..]].concat()
}

/// A PNG of a few bytes that says it has 3.6 thousand million pixels.
pub fn bomb() -> Vec<u8> {
    let picture = DynamicImage::ImageRgb8(RgbImage::new(1, 1));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let mut bytes = bytes.into_inner();
    bytes[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let sum = !bytes[12..29].iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(sum & 1)))
    });
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// A PNG of nothing, however large.
pub fn hollow(width: u32, height: u32) -> Vec<u8> {
    let picture = DynamicImage::ImageLuma8(image::GrayImage::new(width, height));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}
