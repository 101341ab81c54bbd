//! What is said of tokens that no profile serves.

use securesign_app::language::Language;
use securesign_app::words::strangers;
use securesign_card::product::{Confidence, Evidence, Obstacle, Product, Software};

use super::story::{has_devanagari, whole};

/// Tokens that cannot be used, for each of the reasons, and with each kind of software.
pub fn products() -> Vec<Product> {
    let mut products = Vec::new();
    for obstacle in [
        Obstacle::Unpublished,
        Obstacle::NotYet,
        Obstacle::SecureMessaging,
        Obstacle::NoApplication,
    ] {
        for evidence in [Evidence::Atr, Evidence::Historical, Evidence::Reader] {
            for (software, maker) in [
                (None, None),
                (Some(Software::Own(None)), None),
                (Some(Software::Own(None)), Some("Acme")),
                (Some(Software::Own(Some("Acme 1"))), Some("Acme")),
                (Some(Software::Other("Acme 2")), None),
            ] {
                products.push(Product {
                    family: "acme",
                    name: "Acme",
                    model: "7",
                    maker,
                    software,
                    obstacle,
                    evidence,
                    confidence: Confidence::One,
                    source: "",
                });
            }
        }
    }
    products
}

#[test]
fn of_a_token_that_cannot_be_used_it_is_said_why_and_what_it_works_with() {
    for product in products() {
        for language in Language::ALL {
            let what = strangers::what(Some(&product), "Reader 7", language);
            let why = strangers::why(Some(&product), language);
            for text in [&what, &why] {
                assert!(text.ends_with(['.', '।']), "{text}");
                assert_eq!(has_devanagari(text), language == Language::Hindi, "{text}");
                whole(text);
            }
            assert!(what.contains("Acme (7)") && what.contains("Reader 7"));
            let name = product.software.and_then(|software| software.name());
            assert!(why.contains(name.or(product.maker).unwrap_or("")), "{why}");
        }
        let guess = strangers::what(Some(&product), "Reader 7", Language::English);
        let by_reader = product.evidence == Evidence::Reader;
        assert_eq!(guess.contains("a guess"), by_reader, "{guess}");
        let listed = strangers::name(&product, Language::English);
        assert_eq!(listed.contains("a guess"), by_reader, "{listed}");
    }
}
