//! BER-TLV, one level at a time.

use securesign_card::tlv::{self, Object};

/// Splits in every way there is; what one way reads, the others read too.
pub fn run(bytes: &[u8]) {
    let objects = match tlv::split(bytes) {
        Ok(objects) => objects,
        Err(error) => {
            assert!(error.at <= bytes.len(), "the place lies outside");
            Vec::new()
        }
    };
    let content: usize = objects.iter().map(|object| object.value.len()).sum();
    assert!(content + 2 * objects.len() <= bytes.len());
    for object in &objects {
        let first = objects.iter().find(|other| other.tag == object.tag);
        let found = tlv::find(bytes, object.tag);
        assert_eq!(found, Ok(first.map(|first| first.value)));
        written_again(object);
    }
    if let Ok((object, rest)) = tlv::first(bytes) {
        assert!(object.value.len() + rest.len() + 2 <= bytes.len());
        assert_eq!(tlv::expect(bytes, object.tag), Ok(object.value));
        assert!(tlv::expect(bytes, !object.tag).is_err());
    }
}

/// Some tags that are read cannot be written (`1F 00`, say); what can be is read
/// back as it was.
fn written_again(object: &Object<'_>) {
    if let Ok(bytes) = tlv::primitive(object.tag, object.value) {
        assert_eq!(tlv::first(&bytes), Ok((*object, [].as_slice())));
    }
}
