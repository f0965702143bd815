# What a Varnish needs so that Stackhand can flush it by HTTP. With `admin` and `secret` nothing of this is needed.
#
# Include it at the top of your own VCL, after `vcl 4.1;`:  include "/etc/varnish/flush.vcl";
import std;

# The machine on which Stackhand runs.
acl flushers {
    "127.0.0.1";
}

sub vcl_recv {
    if (req.method == "PURGE" || req.method == "BAN") {
        if (!client.ip ~ flushers) {
            return (synth(403, "This machine may not flush"));
        }
        if (req.method == "PURGE") {
            return (purge);
        }
        # One request names one of these, a prefix names host and URL.
        if (req.http.X-Ban-Tag) {
            set req.http.X-Ban = "obj.http.xkey ~ " + req.http.X-Ban-Tag;
        } elsif (req.http.X-Ban-Host && req.http.X-Ban-Url) {
            set req.http.X-Ban = "obj.http.x-host ~ " + req.http.X-Ban-Host + " && obj.http.x-url ~ " + req.http.X-Ban-Url;
        } elsif (req.http.X-Ban-Host) {
            set req.http.X-Ban = "obj.http.x-host ~ " + req.http.X-Ban-Host;
        } else {
            set req.http.X-Ban = "obj.http.x-url ~ " + req.http.X-Ban-Url;
        }
        if (!std.ban(req.http.X-Ban)) {
            return (synth(400, std.ban_error()));
        }
        return (synth(200, "Banned"));
    }
}

# Kept with each object, so that bans are worked off in the background, and never shown to visitors.
sub vcl_backend_response {
    set beresp.http.x-url = bereq.url;
    set beresp.http.x-host = bereq.http.host;
}

sub vcl_deliver {
    unset resp.http.x-url;
    unset resp.http.x-host;
}
