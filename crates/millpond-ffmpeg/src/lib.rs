//! millpond-ffmpeg
