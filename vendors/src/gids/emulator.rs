//! A GIDS card in software.
