//! What a photo shows that neither the phone's browser nor the page's own reader (`desk-qr.js`) could read.

use std::io::Cursor;

use actix_web::web::Bytes;
use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Limits};
use rqrr::PreparedImage;
use uuid::Uuid;

use crate::app::App;
use crate::checkin::refusals::NOT_A_PICTURE;
use crate::error::Error;
use crate::error::refusal::Refusal;
use crate::turns::Turns;

/// Larger pictures take long and are read no better; the page sends less.
pub const MOST_BYTES: usize = 2 << 20;
/// Pixels along the longer side that are searched.
const SEARCHED: u32 = 1280;
/// A picture that claims to be larger is not unpacked: a frame of a camera is no photo.
const MOST_PIXELS_ACROSS: u32 = 4096;
const MOST_PIXELS: u64 = 9_000_000;
const MOST_MEMORY: u64 = 40 << 20;
/// Pictures that are read at once: the desks' own scans must not wait for a core.
const AT_ONCE: usize = 2;

/// Holds back more pictures than the machine has cores for; each desk waits behind its own.
struct Eyes(Turns);

impl Default for Eyes {
    fn default() -> Self {
        Self(Turns::new(AT_ONCE))
    }
}

/// The texts of the QRs in a JPEG or PNG; empty where there is none. Nothing of the picture is kept.
///
/// # Errors
/// 422 `not_a_picture`; 429 where many of this desk's wait already.
pub async fn decode(app: &App, who: Uuid, picture: Bytes) -> Result<Vec<String>, Error> {
    let eyes = app.extensions.get_or_default::<Eyes>();
    let turn = eyes.0.take(who).await?;
    let reading = tokio::task::spawn_blocking(move || {
        // With the work, not with who waits for it.
        let _turn = turn;
        read(&picture)
    });
    match reading.await {
        Ok(read) => Ok(read?),
        Err(broken) => {
            // A picture the reader stumbles over holds no QR of ours.
            tracing::warn!(%broken, "a picture could not be searched");
            Ok(Vec::new())
        }
    }
}

fn read(picture: &[u8]) -> Result<Vec<String>, Refusal> {
    let mut reader = ImageReader::new(Cursor::new(picture)).with_guessed_format().map_err(|_| NOT_A_PICTURE)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_PIXELS_ACROSS);
    limits.max_image_height = Some(MOST_PIXELS_ACROSS);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|_| NOT_A_PICTURE)?;
    let (width, height) = decoder.dimensions();
    // Asked of the header alone: what is not to be unpacked costs nothing.
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(NOT_A_PICTURE);
    }
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| NOT_A_PICTURE)?;
    let picture = if picture.width().max(picture.height()) > SEARCHED {
        picture.resize(SEARCHED, SEARCHED, FilterType::Triangle)
    } else {
        picture
    };
    let seen = search(&picture.to_luma8());
    if !seen.is_empty() || picture.width().max(picture.height()) < SEARCHED / 2 {
        return Ok(seen);
    }
    // A blurred code is clearer from farther away.
    let farther: DynamicImage = picture.resize(SEARCHED / 2, SEARCHED / 2, FilterType::Triangle);
    Ok(search(&farther.to_luma8()))
}

fn search(grey: &GrayImage) -> Vec<String> {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let pixel = |x: usize, y: usize| {
        let (x, y) = (u32::try_from(x).unwrap_or(0), u32::try_from(y).unwrap_or(0));
        grey.get_pixel_checked(x, y).map_or(255, |pixel| pixel.0.first().copied().unwrap_or(255))
    };
    let mut prepared = PreparedImage::prepare_from_greyscale(width, height, pixel);
    prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}
