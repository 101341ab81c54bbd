//! The window's icon, drawn here: the toolkit's own way would link decoders of JPEG and
//! PNG into a program that takes PINs. The shapes are those of
//! `desktop/icons/securesign.svg`, on its grid of 64.

/// Width and height of each picture, in pixels.
const SIZES: [u32; 2] = [24, 48];
const GRID: f32 = 64.0;
/// Points looked at in a pixel, in each direction.
const SAMPLES: u32 = 4;

const BLUE: [u8; 3] = [0x0B, 0x5F, 0xD7];
const PALE: [u8; 3] = [0xC9, 0xDB, 0xFF];
const WHITE: [u8; 3] = [0xFF, 0xFF, 0xFF];

/// All sizes as `_NET_WM_ICON` wants them (Extended Window Manager Hints 1.5): width,
/// height, then a line after the other of ARGB pixels that are not premultiplied.
pub fn pictures() -> Vec<u32> {
    let mut all = Vec::new();
    for size in SIZES {
        all.extend([size, size]);
        for y in 0..size {
            all.extend((0..size).map(|x| pixel(x, y, size)));
        }
    }
    all
}

fn pixel(x: u32, y: u32, size: u32) -> u32 {
    let at = |pixel: u32, sample: u32| {
        let within = (sample as f32 + 0.5) / SAMPLES as f32;
        (pixel as f32 + within) * GRID / size as f32
    };
    let (mut sum, mut covered) = ([0_u32; 3], 0);
    for row in 0..SAMPLES {
        for column in 0..SAMPLES {
            let Some(color) = color(at(x, column), at(y, row)) else {
                continue;
            };
            covered += 1;
            for (sum, channel) in sum.iter_mut().zip(color) {
                *sum += u32::from(channel);
            }
        }
    }
    let [red, green, blue] = sum.map(|sum| sum / covered.max(1));
    let alpha = 255 * covered / (SAMPLES * SAMPLES);
    alpha << 24 | red << 16 | green << 8 | blue
}

/// What is uppermost at a point; `None` outside the tile.
fn color(x: f32, y: f32) -> Option<[u8; 3]> {
    let tick = [(23.0, 39.0), (30.0, 46.0), (42.0, 32.0)];
    let on_tick = tick
        .windows(2)
        .any(|ends| distance((x, y), ends[0], ends[1]) <= 3.0);
    let contacts = |left: f32| rounded(x, y, [left, 9.0, left + 4.0, 14.0], 0.0);
    // The token's body is rounder below.
    let radius = if y < 40.0 { 4.0 } else { 11.0 };
    if !rounded(x, y, [0.0, 0.0, GRID, GRID], 14.0) {
        None
    } else if rounded(x, y, [16.0, 18.0, 48.0, 60.0], radius) {
        Some(if on_tick { BLUE } else { WHITE })
    } else if contacts(26.0) || contacts(34.0) {
        Some(BLUE)
    } else if rounded(x, y, [22.0, 4.0, 42.0, 20.0], 2.0) {
        Some(PALE)
    } else {
        Some(BLUE)
    }
}

/// Whether a point is in a rectangle (left, top, right, bottom) with round corners.
fn rounded(x: f32, y: f32, [left, top, right, bottom]: [f32; 4], radius: f32) -> bool {
    let nearest_x = x.clamp(left + radius, right - radius);
    let nearest_y = y.clamp(top + radius, bottom - radius);
    (x - nearest_x).hypot(y - nearest_y) <= radius
}

/// From a point to a line between two others.
fn distance(point: (f32, f32), from: (f32, f32), to: (f32, f32)) -> f32 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let along = (point.0 - from.0) * dx + (point.1 - from.1) * dy;
    let along = (along / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (point.0 - from.0 - along * dx).hypot(point.1 - from.1 - along * dy)
}

#[cfg(test)]
mod tests {
    use super::{BLUE, PALE, WHITE, color, pictures};

    #[test]
    fn each_size_is_followed_by_its_pixels() {
        let all = pictures();
        assert_eq!(all.len(), 2 + 24 * 24 + 2 + 48 * 48);
        assert_eq!(all[..2], [24, 24]);
        assert_eq!(all[2 + 24 * 24..][..2], [48, 48]);
        // A round corner, and the white of the token.
        assert_eq!(all[2] >> 24, 0);
        assert_eq!(all[2 + 24 * 9 + 12], 0xFFFF_FFFF);
    }

    #[test]
    fn the_shapes_are_where_the_drawing_has_them() {
        assert_eq!(color(0.5, 0.5), None);
        assert_eq!(color(8.0, 32.0), Some(BLUE));
        assert_eq!(color(32.0, 6.0), Some(PALE));
        assert_eq!(color(28.0, 11.0), Some(BLUE));
        assert_eq!(color(32.0, 22.0), Some(WHITE));
        assert_eq!(color(30.0, 46.0), Some(BLUE));
        assert_eq!(color(17.0, 59.0), Some(BLUE));
    }
}
