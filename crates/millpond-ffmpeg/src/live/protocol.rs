//! What FFmpeg is told for each protocol. Addresses keep their own query options, which FFmpeg reads itself.

use super::config::{LiveConfig, Transport};
use crate::Access;

/// What FFmpeg's own layers need below the protocols that the caller named. Files are not among them: nothing that comes
/// from the network may name one.
const BELOW: &str = "crypto,tcp,tls,udp,rtp,httpproxy";

/// FFmpeg's list of allowed protocols for an address.
pub(crate) fn allowed(access: &Access) -> String {
    let mut list = access.protocols.join(",");
    list.push(',');
    list.push_str(BELOW);
    list
}

/// The options to open an address with.
pub(crate) fn options(protocol: &str, access: &Access, config: &LiveConfig) -> Vec<(&'static str, String)> {
    let mut options = vec![("protocol_whitelist", allowed(access))];
    let mut set = |name, value: &str| options.push((name, value.to_owned()));
    let listen = if config.listen { "1" } else { "0" };
    match protocol {
        "rtmp" | "rtmps" | "rtmpt" | "rtmpts" | "rtmpe" | "rtmpte" => set("listen", listen),
        "http" | "https" => set("listen", listen),
        "rtsp" | "rtsps" => {
            set("rtsp_transport", if config.transport == Transport::Udp { "udp" } else { "tcp" });
            if config.listen {
                set("rtsp_flags", "listen");
            }
            set("buffer_size", SOCKET_BYTES);
        }
        "srt" => {
            if config.listen {
                set("mode", "listener");
            }
        }
        "udp" => {
            // The reader's own thread empties the socket; what it has no room for is lost rather than an error.
            set("overrun_nonfatal", "1");
            set("buffer_size", SOCKET_BYTES);
        }
        _ => {}
    }
    options
}

/// What is asked of the system for a datagram socket, so that a key frame in one burst is not lost.
const SOCKET_BYTES: &str = "1048576";

#[cfg(test)]
mod tests {
    use super::*;

    fn of(protocol: &str, listen: bool) -> Vec<(&'static str, String)> {
        let access = Access { protocols: vec![protocol.to_owned()], ..Access::default() };
        options(protocol, &access, &LiveConfig { listen, ..LiveConfig::default() })
    }

    #[test]
    fn nothing_from_the_network_may_name_a_file() {
        for protocol in ["rtmp", "rtsp", "srt", "http", "udp"] {
            let (name, list) = &of(protocol, false)[0];
            assert_eq!(*name, "protocol_whitelist");
            assert!(list.split(',').any(|name| name == protocol));
            assert!(list.split(',').all(|name| !matches!(name, "file" | "pipe" | "data" | "concat")), "{list}");
        }
    }

    #[test]
    fn listening_is_said_in_the_words_of_each_protocol() {
        for (protocol, option) in [
            ("rtmp", ("listen", "1")),
            ("http", ("listen", "1")),
            ("rtsp", ("rtsp_flags", "listen")),
            ("srt", ("mode", "listener")),
        ] {
            let has = |listen| of(protocol, listen).iter().any(|(name, value)| (*name, value.as_str()) == option);
            assert!(has(true) && !has(false), "{protocol}");
        }
    }
}
