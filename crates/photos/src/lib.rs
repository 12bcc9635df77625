//! A photo as a phone took it becomes two JPEGs: one to look at and one for a card.
//!
//! What it is, its bytes decide and no name or header. Only its pixels are kept, turned the way they
//! were taken: where that was, on which phone, and whatever hides behind the last pixel, stays
//! behind. Pixels that a file merely promises are not made room for.

use std::io::Cursor;

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

/// The longer edge of what is looked at, in pixels.
const LARGE: u32 = 1280;
/// The longer edge of what stands on a card: 160 points on a phone of two pixels a point.
const SMALL: u32 = 320;
const QUALITY: u8 = 82;
/// Panoramas are wide; nothing a phone takes is wider.
const WIDEST: u32 = 16_384;
/// What a phone's camera gives as it is taken out of its box, and then some.
const MOST_PIXELS: u64 = 25_000_000;
/// Of its pixels unpacked.
pub const MOST_MEMORY: u64 = 76 << 20;
/// A photo has something to say of every few pixels. What is larger than a screen and says less than a
/// byte of this many is a drawing or a trap, and costs as much to unpack as a photo of a hundred times its size.
const MOST_PIXELS_A_BYTE: u64 = 100;
const SCREEN: u64 = 4_200_000;
/// A progressive JPEG comes in about ten passes over all its pixels; each costs time, and needs no more
/// than a few bytes.
const MOST_PASSES: usize = 64;

/// A photo ready to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Developed {
    /// Of the large one, in pixels.
    pub width: u32,
    pub height: u32,
    /// A JPEG.
    pub large: Vec<u8>,
    /// A JPEG.
    pub small: Vec<u8>,
}

/// Why there is no photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Spoilt {
    /// Neither JPEG, PNG nor WebP, whatever it is called.
    #[error("neither a JPEG, a PNG nor a WebP")]
    NotAPhoto,
    /// More pixels than anybody's camera takes.
    #[error("more pixels than a camera takes")]
    TooManyPixels,
    /// It begins like a photo and does not go on like one.
    #[error("broken in the middle")]
    Broken,
}

/// Bytes that a photo takes while it is worked on, from its header alone: before a single pixel has a
/// place to go.
///
/// # Errors
/// [`Spoilt`], where it is not to be unpacked at all.
pub fn weigh(bytes: &[u8]) -> Result<u64, Spoilt> {
    let decoder = decoder(bytes)?;
    let (width, height) = decoder.dimensions();
    let (pixels, sent) = (u64::from(width) * u64::from(height), bytes.len() as u64);
    let passes = if bytes.starts_with(b"\xff\xd8") { passes(bytes) } else { 1 };
    let memory = if passes > 1 { decoder.total_bytes().saturating_mul(3) } else { decoder.total_bytes() };
    let hollow = pixels > SCREEN && pixels > sent.saturating_mul(MOST_PIXELS_A_BYTE);
    if pixels > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY || hollow || passes > MOST_PASSES {
        return Err(Spoilt::TooManyPixels);
    }
    Ok(memory)
}

/// Whether a JPEG ends before its end: its decoder would paint the rest grey. No marker stands in what is coded.
fn is_cut_off(bytes: &[u8]) -> bool {
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|pair| pair == marker);
    bytes.starts_with(b"\xff\xd8") && last([0xff, 0xd9]) < last([0xff, 0xda])
}

/// Scans of a JPEG: their marker stands nowhere else in what is coded.
fn passes(jpeg: &[u8]) -> usize {
    jpeg.windows(2).filter(|pair| *pair == [0xff, 0xda]).count()
}

/// Develops a photo. Takes a good part of a second of a core: run it where nobody waits behind it.
///
/// # Errors
/// [`Spoilt`].
pub fn develop(bytes: &[u8]) -> Result<Developed, Spoilt> {
    let mut photo = pixels(bytes)?;
    // Made smaller before it is turned: the same picture for a tenth of the work.
    photo = no_longer_than(LARGE, photo)?;
    let turn = orientation(bytes)?;
    photo.apply_orientation(turn);
    let photo = on_white(photo);
    let card = no_longer_than(SMALL, DynamicImage::ImageRgb8(photo.clone()))?;
    let (width, height) = photo.dimensions();
    Ok(Developed { width, height, large: jpeg(&photo)?, small: jpeg(&card.into_rgb8())? })
}

/// A photo whose longer edge has so many pixels at most, in its own proportions.
fn no_longer_than(edge: u32, photo: DynamicImage) -> Result<DynamicImage, Spoilt> {
    let longer = photo.width().max(photo.height());
    if longer <= edge {
        return Ok(photo);
    }
    let shrunk = |length: u32| {
        let pixels = (u64::from(length) * u64::from(edge) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(pixels).unwrap_or(edge).max(1)
    };
    let mut smaller = DynamicImage::new(shrunk(photo.width()), shrunk(photo.height()), photo.color());
    let how = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&photo, &mut smaller, &how).map_err(|_| Spoilt::Broken)?;
    Ok(smaller)
}

fn decoder(bytes: &[u8]) -> Result<impl ImageDecoder, Spoilt> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    let format = image::guess_format(bytes).map_err(|_| Spoilt::NotAPhoto)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(Spoilt::NotAPhoto);
    }
    reader.set_format(format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(WIDEST);
    limits.max_image_height = Some(WIDEST);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    reader.into_decoder().map_err(spoilt)
}

fn pixels(bytes: &[u8]) -> Result<DynamicImage, Spoilt> {
    weigh(bytes)?;
    if is_cut_off(bytes) {
        return Err(Spoilt::Broken);
    }
    let decoder = decoder(bytes)?;
    DynamicImage::from_decoder(decoder).map_err(spoilt)
}

fn orientation(bytes: &[u8]) -> Result<Orientation, Spoilt> {
    let mut decoder = decoder(bytes)?;
    Ok(decoder.orientation().unwrap_or(Orientation::NoTransforms))
}

fn spoilt(error: ImageError) -> Spoilt {
    match error {
        ImageError::Limits(_) => Spoilt::TooManyPixels,
        _ => Spoilt::Broken,
    }
}

/// A JPEG knows nothing of glass: what shines through becomes paper.
fn on_white(photo: DynamicImage) -> RgbImage {
    if !photo.color().has_alpha() {
        return photo.into_rgb8();
    }
    let seen = photo.into_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0;
        let over = |colour: u8| {
            let mixed = u16::from(colour) * u16::from(alpha) + 255 * (255 - u16::from(alpha));
            u8::try_from(mixed / 255).unwrap_or(255)
        };
        Rgb([over(red), over(green), over(blue)])
    })
}

fn jpeg(photo: &RgbImage) -> Result<Vec<u8>, Spoilt> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(photo).map_err(|_| Spoilt::Broken)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use image::{GenericImageView, Rgba, RgbaImage};

    use super::*;

    fn coded(photo: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        photo.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn left_red(width: u32, height: u32) -> DynamicImage {
        let half = |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) };
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, half))
    }

    /// A JPEG with an EXIF block that says how to turn it and where it was taken.
    fn with_exif(jpeg: &[u8], turn: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
        exif.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, turn, 0, 0, 0]);
        // GPSInfo, pointing nowhere in particular; the words stand for what follows in life.
        exif.extend_from_slice(&[0x25, 0x88, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        exif.extend_from_slice(b"GPS 39.9042N 116.4074E");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
    }

    fn seen(jpeg: &[u8]) -> DynamicImage {
        image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap()
    }

    #[test]
    fn what_a_camera_gives_becomes_two_small_jpegs() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let developed = develop(&coded(&left_red(2000, 1000), format)).unwrap();
            assert_eq!((developed.width, developed.height), (1280, 640));
            assert_eq!(seen(&developed.large).dimensions(), (1280, 640));
            assert_eq!(seen(&developed.small).dimensions(), (320, 160));
        }
        let tiny = develop(&coded(&left_red(20, 10), ImageFormat::Png)).unwrap();
        assert_eq!((tiny.width, tiny.height), (20, 10), "never made larger than it was");
    }

    #[test]
    fn a_photo_is_turned_and_forgets_where_it_was_taken() {
        let taken = with_exif(&coded(&left_red(200, 100), ImageFormat::Jpeg), 6);
        assert!(taken.windows(3).any(|window| window == b"GPS"));
        let developed = develop(&taken).unwrap();
        assert_eq!((developed.width, developed.height), (100, 200));
        // Turned by a quarter, what was left is on top.
        let photo = seen(&developed.large);
        let (top, bottom) = (photo.get_pixel(50, 20).0, photo.get_pixel(50, 180).0);
        assert!(top[0] > 180 && bottom[2] > 180, "{top:?} {bottom:?}");
        for jpeg in [&developed.large, &developed.small] {
            assert!(!jpeg.windows(4).any(|window| window == b"Exif" || window == b"GPS "));
        }
    }

    #[test]
    fn what_hides_behind_or_inside_a_photo_stays_behind() {
        let photo = coded(&left_red(64, 64), ImageFormat::Jpeg);
        let both = [photo.as_slice(), b"<script>alert(1)</script>PK\x03\x04"].concat();
        let developed = develop(&both).unwrap();
        assert!(!developed.large.windows(7).any(|window| window == b"<script"));
        let commented = [&photo[..2], b"\xff\xfe\0\x1a<svg onload=alert(1)>...", &photo[2..]].concat();
        let developed = develop(&commented).unwrap();
        assert!(!developed.large.windows(4).any(|window| window == b"<svg"));
    }

    #[test]
    fn what_is_no_photo_is_refused_whatever_it_is_called() {
        let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
        for bytes in [&svg[..], b"GIF89a\x01\0\x01\0\0\0\0;", b"%PDF-1.7", b"<!doctype html>", b"", b"BM000000"] {
            assert_eq!(develop(bytes), Err(Spoilt::NotAPhoto), "{bytes:?}");
        }
        let photo = coded(&left_red(64, 64), ImageFormat::Png);
        assert_eq!(develop(&photo[..photo.len() / 2]), Err(Spoilt::Broken));
        let photo = coded(&left_red(64, 64), ImageFormat::Jpeg);
        for kept in [photo.len() / 2, photo.len() - 2] {
            assert_eq!(develop(&photo[..kept]), Err(Spoilt::Broken), "{kept} bytes of {}", photo.len());
        }
        assert_eq!(develop(b"\xff\xd8\xff\xe0<html><script>alert(1)</script>"), Err(Spoilt::Broken));
    }

    #[test]
    fn pixels_that_a_file_promises_are_not_made_room_for() {
        let bomb = |width: u32, height: u32| {
            let mut header = b"IHDR".to_vec();
            header.extend_from_slice(&width.to_be_bytes());
            header.extend_from_slice(&height.to_be_bytes());
            header.extend_from_slice(&[8, 2, 0, 0, 0]);
            let sum = crc(&header).to_be_bytes();
            [b"\x89PNG\r\n\x1a\n\0\0\0\x0d", header.as_slice(), &sum, b"\0\0\0\0IDAT\x35\xaf\x06\x1e"].concat()
        };
        for (width, height) in [(60_000, 60_000), (16_000, 16_000), (1, 100_000)] {
            assert_eq!(develop(&bomb(width, height)), Err(Spoilt::TooManyPixels), "{width} × {height}");
        }
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(sum & 1)))
        })
    }

    #[test]
    fn what_has_more_pixels_than_it_says_anything_about_is_not_unpacked() {
        let blank = DynamicImage::ImageLuma8(image::GrayImage::new(5000, 4000));
        let bytes = coded(&blank, ImageFormat::Png);
        assert!(matches!(develop(&bytes), Err(Spoilt::TooManyPixels)), "{} bytes", bytes.len());
        let blank = coded(&DynamicImage::ImageRgb8(RgbImage::new(5000, 4000)), ImageFormat::WebP);
        assert!(matches!(develop(&blank), Err(Spoilt::TooManyPixels)), "{} bytes", blank.len());
        // A picture of a screen, however little is on it.
        let screen = DynamicImage::ImageRgb8(RgbImage::new(1440, 2560));
        assert!(develop(&coded(&screen, ImageFormat::Png)).is_ok());
    }

    #[test]
    fn a_jpeg_does_not_come_in_any_number_of_passes() {
        let photo = coded(&left_red(64, 64), ImageFormat::Jpeg);
        let scan = photo.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
        let (head, rest) = photo.split_at(scan);
        let coded = &rest[..rest.len() - 2];
        let often = [head, &coded.repeat(MOST_PASSES + 1), b"\xff\xd9"].concat();
        assert_eq!(weigh(&often), Err(Spoilt::TooManyPixels));
    }

    #[test]
    fn what_shines_through_becomes_paper() {
        let glass = DynamicImage::ImageRgba8(RgbaImage::from_pixel(32, 32, Rgba([0, 0, 0, 0])));
        let developed = develop(&coded(&glass, ImageFormat::Png)).unwrap();
        assert!(seen(&developed.large).get_pixel(16, 16).0[0] > 250);
    }
}
