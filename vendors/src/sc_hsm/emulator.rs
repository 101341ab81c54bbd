//! A SmartCard-HSM in software.
