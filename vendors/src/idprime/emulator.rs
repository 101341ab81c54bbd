//! An IDPrime card in software.
