//! QR codes as data URIs.

use base64::{Engine, engine::general_purpose::STANDARD};
use qrcode::{Color, EcLevel, QrCode};

/// Pixels a module is wide: phones read four easily, and the image stays below a kilobyte.
const SCALE: usize = 4;
/// The quiet zone around the code, in modules (ISO/IEC 18004 asks for four).
const MARGIN: usize = 4;

/// The text as a PNG image (1-bit greyscale) in a data URI; `None` when it is too long for a
/// QR code.
#[must_use]
pub fn data_uri(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let image = png(&code)?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(image)))
}

fn png(code: &QrCode) -> Option<Vec<u8>> {
    let side = (code.width() + 2 * MARGIN) * SCALE;
    let pixels = u32::try_from(side).ok()?;
    let mut image = Vec::new();
    let mut encoder = png::Encoder::new(&mut image, pixels, pixels);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&rows(code, side)).ok()?;
    writer.finish().ok()?;
    Some(image)
}

/// One bit a pixel, set where it is light; each row starts on a byte.
fn rows(code: &QrCode, side: usize) -> Vec<u8> {
    let width = side.div_ceil(8);
    let mut bytes = vec![0xFF_u8; width * side];
    for y in 0..side {
        for x in 0..side {
            if is_dark(code, x, y)
                && let Some(byte) = bytes.get_mut(y * width + x / 8)
            {
                *byte &= !(0x80 >> (x % 8));
            }
        }
    }
    bytes
}

fn is_dark(code: &QrCode, x: usize, y: usize) -> bool {
    let module = |pixel: usize| (pixel / SCALE).checked_sub(MARGIN);
    let (Some(column), Some(row)) = (module(x), module(y)) else {
        return false;
    };
    let inside = column < code.width() && row < code.width();
    inside && code[(column, row)] == Color::Dark
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(uri: &str) -> String {
        let data = uri.strip_prefix("data:image/png;base64,").unwrap();
        let image = STANDARD.decode(data).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(image)).read_info().unwrap();
        let info = reader.info();
        assert_eq!(
            (info.color_type, info.bit_depth),
            (png::ColorType::Grayscale, png::BitDepth::One,)
        );
        let side = usize::try_from(info.width).unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let row = reader.next_frame(&mut bytes).unwrap().line_size;
        let luma = |x: usize, y: usize| {
            let light = bytes[y * row + x / 8] & (0x80 >> (x % 8)) != 0;
            if light { 255 } else { 0 }
        };
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(side, side, luma);
        let grids = prepared.detect_grids();
        grids[0].decode().unwrap().1
    }

    #[test]
    fn the_image_reads_back() {
        for text in ["tron:T9zFR?amount=500.00&asset=USDT", "a", &"x".repeat(300)] {
            let uri = data_uri(text).unwrap();
            assert_eq!(decode(&uri), text);
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        assert_eq!(data_uri(&"x".repeat(10_000)), None);
    }
}
