use super::*;
use crate::SongId;
use crate::project::Song;

#[test]
fn row13_floats_read_back_exactly_and_nothing_else_is_a_float() {
    let mut project = Project::new("Record");
    let mut song = Song::new(SongId(1), "Song");
    for gap_ms in [0.1 + 0.2, f64::MIN_POSITIVE, 5e-324, -0.0, 59_999.999_999_999_99] {
        song.gap_ms = gap_ms;
        project.songs = vec![song.clone()];
        let read = from_json(to_json(&project).unwrap().as_bytes()).unwrap();
        assert_eq!(read.songs[0].gap_ms.to_bits(), gap_ms.to_bits());
    }
    for wrong in ["NaN", "null", "1e999", "\"1\"", "-1e999", "Infinity"] {
        let text = to_json(&project).unwrap().replace("59999.99999999999", wrong);
        let fault = from_json(text.as_bytes()).unwrap_err();
        let FileFault::Json { line, .. } = fault else { panic!("{wrong}: {fault}") };
        let expected = text.lines().position(|line| line.contains("gap_ms")).unwrap() + 1;
        assert_eq!(line, expected, "{wrong}");
    }
}
