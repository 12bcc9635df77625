//! Pictures of a demonstration, drawn and developed as uploads are: faces before an evening sky, and hills.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use queqiao_photos::{Developed, develop};

use crate::error::{Error, Fault};

/// Colours of skies and of coats.
const SKIES: [([f32; 3], [f32; 3]); 6] = [
    ([54.0, 64.0, 127.0], [246.0, 189.0, 150.0]),
    ([32.0, 84.0, 122.0], [222.0, 232.0, 236.0]),
    ([84.0, 56.0, 111.0], [244.0, 206.0, 196.0]),
    ([38.0, 98.0, 88.0], [238.0, 228.0, 190.0]),
    ([120.0, 62.0, 60.0], [248.0, 220.0, 176.0]),
    ([70.0, 76.0, 92.0], [214.0, 218.0, 226.0]),
];

/// What people show, at every event the same few.
pub struct Pictures {
    pub faces: Vec<Developed>,
    pub views: Vec<Developed>,
}

impl Pictures {
    /// Draws them all, beside everything else.
    ///
    /// # Errors
    /// Only faults.
    pub async fn draw() -> Result<Self, Error> {
        let drawn = || Ok(Self { faces: faces()?, views: views()? });
        tokio::task::spawn_blocking(drawn).await.map_err(Fault::of)?
    }
}

/// Somebody before an evening sky, a dozen of them.
fn faces() -> Result<Vec<Developed>, Error> {
    (0..12)
        .map(|person| {
            paint(480, 480, person, |x, y| {
                let head = (x - 0.5).powi(2) + (y - 0.42).powi(2) < 0.026;
                let shoulders = ((x - 0.5) / 0.34).powi(2) + ((y - 1.04) / 0.42).powi(2) < 1.0;
                head || shoulders
            })
        })
        .collect()
}

/// Hills at dusk.
fn views() -> Result<Vec<Developed>, Error> {
    (0..6)
        .map(|hill: u8| {
            paint(640, 420, hill, |x, y| {
                let turn = f32::from(hill);
                y > 0.72 - 0.1 * (x * 7.0 + turn).sin() - 0.04 * (x * 19.0 + turn * 2.0).sin()
            })
        })
        .collect()
}

fn paint(width: u16, height: u16, number: u8, dark: impl Fn(f32, f32) -> bool) -> Result<Developed, Error> {
    let (top, bottom) = SKIES.get(usize::from(number) % SKIES.len()).copied().unwrap_or_default();
    let picture = RgbImage::from_fn(u32::from(width), u32::from(height), |x, y| {
        let part = |at: u32, of: u16| f32::from(u16::try_from(at).unwrap_or(0)) / f32::from(of);
        let (x, y) = (part(x, width), part(y, height));
        let moon = (x - 0.78).powi(2) + ((y - 0.2) * f32::from(height) / f32::from(width)).powi(2) < 0.003;
        let mixed = top.iter().zip(bottom).map(|(top, bottom)| match (dark(x, y), moon) {
            (true, _) => top * 0.55,
            (false, true) => 244.0,
            (false, false) => top + (bottom - top) * y,
        });
        let mut colour = [0; 3];
        for (place, light) in colour.iter_mut().zip(mixed) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a colour, between 0 and 255")]
            {
                *place = light as u8;
            }
        }
        Rgb(colour)
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, ImageFormat::Jpeg).map_err(Fault::of)?;
    develop(&bytes.into_inner()).map_err(Error::from)
}
