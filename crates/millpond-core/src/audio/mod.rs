//! Audio features.
