// SPDX-License-Identifier: GPL-3.0-or-later
#include "unit/configtext.h"

#include "spec/vocabulary.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace configtext;

/// What is refused, and how it is told.
class TestConfigErrors : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void oneThingWrongIsOneErrorWithItsPath_data();
    void oneThingWrongIsOneErrorWithItsPath();
    void keysOfLaterVersionsAreNotAvailableYet();
    void noKeyIsKnownAndForLater();
    void everythingWrongIsToldAtOnce();
};

void TestConfigErrors::oneThingWrongIsOneErrorWithItsPath_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("error");
    const auto row = [](const char *name, const QByteArray &json, const char *error) {
        QTest::newRow(name) << json << QString::fromUtf8(error);
    };
    const auto process = [&row](const char *name, const QByteArray &fields, const char *error) {
        const QByteArray whole = "$.services.http.processes.p" + QByteArray(error);
        row(name, withProcess(fields), whole.constData());
    };

    row("nothing", "", "$: is empty; must be an object, of which {} is the least");
    row("white space", " \n\t\r\n", "$: is empty; must be an object, of which {} is the least");
    row("a list", "[]", "$: must be an object");
    row("cut off", "{\n  \"node\"",
        "$: line 2, column 9: syntax error while parsing object "
        "separator - unexpected end of input; expected ':'");
    row("comma too much", "{\n\"node\": \"ü\", }",
        "$: line 2, column 14: syntax error while "
        "parsing object key - unexpected '}'; expected string literal");
    row("duplicate key", R"({"node": "a", "node": "b"})", "$.node: duplicate key \"node\"");
    row("duplicate key in settings", withProcess(R"("settings": {"a": [0, {"x": 1, "x": 2}]})"),
        "$.services.http.processes.p.settings.a[1].x: duplicate key \"x\"");
    row("unknown key", R"({"nodes": "a"})",
        "$.nodes: unknown key \"nodes\"; did you mean \"node\"?");
    row("nothing like it", R"({"xyzzy": 1})",
        "$.xyzzy: unknown key \"xyzzy\"; known: \"node\", \"control\", \"services\", "
        "\"plugin_directories\", \"service_loop\", \"journal\", \"shutdown_timeout_ms\", "
        "\"state_directory\", "
        "\"$schema\"");
    row("strange key", R"({"a b\"\n": 1, "services": {}})",
        "$[\"a b\\\"\\n\"]: unknown key \"a b\\\"\\n\"; known: \"node\", \"control\", "
        "\"services\", \"plugin_directories\", \"service_loop\", \"journal\", "
        "\"shutdown_timeout_ms\", "
        "\"state_directory\", "
        "\"$schema\"");

    row("journal too small", R"({"journal": {"max_bytes": 1000}})",
        "$.journal.max_bytes: must be a whole number of bytes from 1048576 to 1099511627776, not "
        "1000");
    row("journal too short", R"({"journal": {"max_age_ms": 0}})",
        "$.journal.max_age_ms: must be a whole number of milliseconds from 1000 to 316224000000, "
        "not 0");
    row("node number", R"({"node": 1})", "$.node: must be a string, not 1");
    row("node empty", R"({"node": ""})", "$.node: must not be empty");
    row("node capital", R"({"node": "Orders"})",
        "$.node: \"Orders\" is no name: at most 64 of a-z, 0-9, '_', '.' and '-', a letter or "
        "digit first");
    row("schema object", R"({"$schema": {}})", "$[\"$schema\"]: must be a string, not an object");
    row("schema of a service", withService(R"("$schema": "x", "type": "http", "listen": "[::]:0")"),
        "$.services.s[\"$schema\"]: unknown key \"$schema\"; known: \"type\", \"listen\", \"tls\", "
        "\"framing\", \"listeners\", \"limits\", \"processes\"");
    row("control text", R"({"control": "127.0.0.1:1"})",
        "$.control: must be an object, not \"127.0.0.1:1\"");
    row("control key", R"({"control": {"lisen": "127.0.0.1:1"}})",
        "$.control.lisen: unknown key \"lisen\"; did you mean \"listen\"?");
    row("services list", R"({"services": []})", "$.services: must be an object, not a list");
    row("plugin directory", R"({"plugin_directories": ["a", 2]})",
        "$.plugin_directories[1]: must be a string, not 2");
    row("plugin directories", R"({"plugin_directories": "a"})",
        "$.plugin_directories: must be a list, not \"a\"");
    row("shutdown time-out", R"({"shutdown_timeout_ms": "5s"})",
        "$.shutdown_timeout_ms: must be a whole number of milliseconds from 0 to 2073600000, "
        "not \"5s\"");
    row("state directory", R"({"state_directory": null})",
        "$.state_directory: must be a string, not null");

    row("service name", R"({"services": {"a b": {"type": "http", "listen": "127.0.0.1:1"}}})",
        "$.services[\"a b\"]: \"a b\" is no name: at most 64 of a-z, 0-9, '_', '.' and '-', a "
        "letter or digit first");
    row("service is null", R"({"services": {"a.b": null}})",
        "$.services[\"a.b\"]: must be an object, not null");
    row("no type", withService(R"("listen": "127.0.0.1:0")"), "$.services.s: must have \"type\"");
    row("no listen", withService(R"("type": "http")"), "$.services.s: must have \"listen\"");
    row("type misspelt", withService(R"("type": "htp", "listen": "127.0.0.1:0")"),
        "$.services.s.type: unknown type \"htp\"; did you mean \"http\"?");
    const auto service = [&row](const char *name, const char *fields, const char *error,
                             const char *type = "http") {
        row(name,
            withService(
                R"("listen": "127.0.0.1:0", "type": ")" + QByteArray(type) + "\", " + fields),
            ("$.services.s" + QByteArray(error)).constData());
    };
    service("tls list", R"("tls": [])", ".tls: must be an object, not a list");
    service("no certificate", R"("tls": {"key": "k"})", ".tls: must have \"certificate\"");
    service("no key", R"("tls": {"certificate": "c"})", ".tls: must have \"key\"");
    service("tls misspelt", R"("tls": {"certificate": "c", "key": "k", "clientca": "x"})",
        ".tls.clientca: unknown key \"clientca\"; did you mean \"client_ca\"?");
    service("empty certificate", R"("tls": {"certificate": "", "key": "k"})",
        ".tls.certificate: must not be empty");
    service("listeners list", R"("listeners": [])", ".listeners: must be an object, not a list");
    service("listener name", R"("listeners": {"A": {"listen": "127.0.0.1:0"}})",
        ".listeners.A: \"A\" is no name: at most 64 of a-z, 0-9, '_', '.' and '-', a letter or "
        "digit first");
    service("listener without address", R"("listeners": {"a": {}})",
        ".listeners.a: must have \"listen\"");
    service("listener's address", R"("listeners": {"a": {"listen": "x"}})",
        ".listeners.a.listen: \"x\" must be \"host:port\", \"[v6]:port\" or \"unix:PATH\"");
    service("listener's port taken", R"("listeners": {"a": {"listen": "127.0.0.1:18305"}})",
        ".listeners.a.listen: 127.0.0.1:18305 is taken by $.control");
    service("listener with processes", R"("listeners": {"a": {"listen": "[::]:0", "limits": {}}})",
        ".listeners.a.limits: unknown key \"limits\"; known: \"listen\", \"tls\", \"framing\"");
    service("framing of http", R"("framing": "newline")",
        ".framing: a service of type \"http\" has no framing");
    service("framing of websocket", R"("framing": "raw")",
        ".framing: a service of type \"websocket\" has no framing", "websocket");
    service("framing of rpc", R"("framing": "length")",
        ".framing: unknown framing \"length\"; known: \"auto\", \"newline\", "
        "\"content-length\", \"swoft\"",
        "rpc");
    service("framing of tcp", R"("listeners": {"a": {"listen": "[::]:0", "framing": "rav"}})",
        ".listeners.a.framing: unknown framing \"rav\"; did you mean \"raw\"?", "tcp");
    service("no connections", R"("limits": {"connections": 0})",
        ".limits.connections: must be a whole number from 1 to 1000000, not 0");
    service("no message", R"("limits": {"message_max_bytes": 0})",
        ".limits.message_max_bytes: must be a whole number of bytes from 1 to 1073741824, not 0");
    service("stall", R"("limits": {"write_stall_ms": 0})",
        ".limits.write_stall_ms: must be a whole number of milliseconds from 1 to 2073600000, "
        "not 0");
    service("handshake", R"("limits": {"handshake_timeout_ms": "x"})",
        ".limits.handshake_timeout_ms: must be a whole number of milliseconds from 1 to "
        "2073600000, not \"x\"");
    service("idle", R"("limits": {"idle_timeout_ms": -1})",
        ".limits.idle_timeout_ms: must be a whole number of milliseconds from 0 to 2073600000, "
        "not -1");
    service("queue", R"("limits": {"queue_max_bytes": 0.5})",
        ".limits.queue_max_bytes: must be a whole number of bytes from 1 to 17179869184, not 0.5");
    const auto listen = [&row](const char *text, const char *fault) {
        row(text, withService(R"("type": "http", "listen": ")" + QByteArray(text) + '"'),
            ("$.services.s.listen: \"" + QByteArray(text) + "\" " + fault).constData());
    };
    listen("127.0.0.1", "must be \"host:port\", \"[v6]:port\" or \"unix:PATH\"");
    listen("::1:80", "must be \"host:port\", \"[v6]:port\" or \"unix:PATH\"");
    listen("127.0.0.1:65536", "must have a port from 0 to 65535");
    listen("127.0.0.1:http", "must be \"host:port\", \"[v6]:port\" or \"unix:PATH\"");
    listen(":80", "must name a host; 0.0.0.0 or [::] stand for every address of this one");
    listen("[]:80", "must name a host; 0.0.0.0 or [::] stand for every address of this one");
    listen("[127.0.0.1]:80", "has no IPv6 address in its brackets");
    listen("300.1.1.1:80", "has a host that is neither an IPv4 address nor a name");
    listen("127.1:80", "has a host that is neither an IPv4 address nor a name");
    listen("a b:80", "has a host that is neither an IPv4 address nor a name");
    listen("unix:", "must name a path after \"unix:\"");
    const QByteArray longPath = "unix:/" + QByteArray(107, 'x');
    row("unix path too long", withService(R"("type": "http", "listen": ")" + longPath + '"'),
        ("$.services.s.listen: \"" + longPath.first(80)
            + "…\" has a path of 108 bytes; a socket's path may have 107")
            .constData());
    row("port taken", R"({"control": {"listen": "0.0.0.0:80"}, "services":
        {"s": {"type": "http", "listen": "localhost:80"}}})",
        "$.services.s.listen: localhost:80 is taken by $.control.listen");
    row("default control taken", withService(R"("type": "http", "listen": "127.0.0.1:18305")"),
        "$.services.s.listen: 127.0.0.1:18305 is taken by $.control");
    row("name twice", R"({"services": {
        "a": {"type": "http", "listen": "127.0.0.1:0", "processes": {"p": {"command": ["x"]}}},
        "b": {"type": "http", "listen": "127.0.0.1:0", "processes": {"p": {"command": ["x"]}}}}})",
        "$.services.b.processes.p: duplicate name: there is $.services.a.processes.p already");

    const auto program = [&row](const char *name, const QByteArray &text, const char *error) {
        const QByteArray whole = "$.services.http.processes.p" + QByteArray(error);
        row(name, withProcess({}, text), whole.constData());
    };
    program("neither", "", ": must have \"class\" or \"command\"");
    program("both", R"("class": "A", "command": ["x"])",
        ": must have \"class\" or \"command\", not both");
    program("class empty", R"("class": "")", ".class: must not be empty");
    program("class strange", R"("class": "a b")", ".class: \"a b\" is no name of a C++ class");
    program("command text", R"("command": "ls -l")", ".command: must be a list, not \"ls -l\"");
    program("command empty", R"("command": [])", ".command: must start with the program's name");
    program(
        "program empty", R"("command": ["", "x"])", ".command: must start with the program's name");
    program("command number", R"("command": ["x", 3])", ".command[1]: must be a string, not 3");
    program("command nul", R"("command": ["x", "a\u0000b"])",
        ".command[1]: must not contain a NUL character");

    process("settings list", R"("settings": [])", ".settings: must be an object, not a list");
    process("directory empty", R"("directory": "")", ".directory: must not be empty");
    process(
        "variable number", R"("environment": {"A": 1})", ".environment.A: must be a string, not 1");
    process("variable name", R"("environment": {"A=B": "1"})",
        ".environment[\"A=B\"]: is no name of a variable");
    process("variable taken", R"("environment": {"SEMPER_TOKEN": "1"})",
        ".environment.SEMPER_TOKEN: is set by the server itself");
    process("variable taken, to be taken away", R"("environment": {"SEMPER_TOKEN": null})",
        ".environment.SEMPER_TOKEN: is set by the server itself");
    process("inherited in words", R"("environment_inherit": "all")",
        ".environment_inherit: must be true, false or a list of names");
    process("inherited null", R"("environment_inherit": null)",
        ".environment_inherit: must be true, false or a list of names");
    process("inherited number", R"("environment_inherit": ["A", 1])",
        ".environment_inherit[1]: must be a string, not 1");
    process("inherited name", R"("environment_inherit": ["A=B"])",
        ".environment_inherit: \"A=B\" is no name of a variable");
    process("inherited pattern", R"("environment_inherit": ["LC_*"])",
        ".environment_inherit: \"LC_*\" is no name: write each name, there are no patterns");
    process("inherited, taken", R"("environment_inherit": ["SEMPER_TOKEN"])",
        ".environment_inherit: \"SEMPER_TOKEN\" is set by the server itself");
    process("file empty", R"("environment_file": "")", ".environment_file: must not be empty");
    process("bytes read", R"("output_limits": {"read_max_bytes_per_s": 4095})",
        ".output_limits.read_max_bytes_per_s: must be a whole number of bytes from 4096 to "
        "1000000000000, not 4095");
    process("lines read", R"("output_limits": {"read_max_lines_per_s": 1.5})",
        ".output_limits.read_max_lines_per_s: must be a whole number from 10 to 1000000000000, "
        "not 1.5");
    process("output limit misspelt", R"("output_limits": {"read_max_lines": 10})",
        ".output_limits.read_max_lines: unknown key \"read_max_lines\"; did you mean "
        "\"read_max_lines_per_s\"?");
    process("no memory", R"("memory_max_bytes": 0)",
        ".memory_max_bytes: must be a whole number of bytes from 1 to 9007199254740991, not 0");
    process("memory in words", R"("memory_max_bytes": "1G")",
        ".memory_max_bytes: must be a whole number of bytes from 1 to 9007199254740991, "
        "not \"1G\"");
    process("no CPU", R"("cpu_max_ratio": 0)",
        ".cpu_max_ratio: must be a number from 0.01 to 10000, not 0");
    process("no age", R"("max_age_ms": 0)",
        ".max_age_ms: must be a whole number of milliseconds from 1 to 2073600000, not 0");
    process("rlimits number", R"("rlimits": 1)", ".rlimits: must be an object, not 1");
    process("rlimit misspelt", R"("rlimits": {"nofiles": 1})",
        ".rlimits.nofiles: unknown key \"nofiles\"; did you mean \"nofile\"?");
    process("rlimit fraction", R"("rlimits": {"cpu": 1.5})",
        ".rlimits.cpu: must be \"infinity\" or a whole number from 0 to 9007199254740991, not 1.5");
    process("rlimit text", R"("rlimits": {"rtprio": "unlimited"})",
        ".rlimits.rtprio: must be \"infinity\" or a whole number from 0 to 99, "
        "not \"unlimited\"");
    process("nice", R"("nice": 20)", ".nice: must be a whole number from -20 to 19, not 20");
    process("umask number", R"("umask": 27)", ".umask: must be a string, not 27");
    process("umask decimal", R"("umask": "0089")",
        ".umask: \"0089\" is no mask: octal, as in \"0027\"");
    process(
        "umask sticky", R"("umask": "1777")", ".umask: \"1777\" is no mask: octal, as in \"0027\"");
    process(
        "user and group at once", R"("user": "a:b")", ".user: \"a:b\" is neither a name nor an id");
    process("group number", R"("run_as_group": 1000)", ".run_as_group: must be a string, not 1000");
    for (const char *key : {"user", "run_as_group"})
        process(key, '"' + QByteArray(key) + "\": \"orders\"",
            ('.' + QByteArray(key)
                + ": only a server that runs as root can run a process as somebody else")
                .constData());
    process("enabled text", R"("enabled": "yes")", ".enabled: must be true or false, not \"yes\"");
    process("enabled empty", R"("enabled": {})", ".enabled: must have \"env\"");
    process("enabled key", R"("enabled": {"env": "A", "not": 1})",
        ".enabled.not: unknown key \"not\"; known: \"env\"");
    process(
        "restart text", R"("restart": "always")", ".restart: must be an object, not \"always\"");
    process("policy", R"("restart": {"policy": "allways"})",
        ".restart.policy: unknown policy \"allways\"; did you mean \"always\"?");
    process("misspelt", R"("restart": {"bakoff_ms": 1})",
        ".restart.bakoff_ms: unknown key \"bakoff_ms\"; did you mean \"backoff_ms\"?");
    process("negative", R"("restart": {"first_delay_ms": -1})",
        ".restart.first_delay_ms: must be a whole number of milliseconds from 0 to 2073600000, "
        "not -1");
    process("no backoff", R"("restart": {"backoff_ms": 0})",
        ".restart.backoff_ms: must be a whole number of milliseconds from 1 to 2073600000, not 0");
    process("fraction", R"("restart": {"reset_after_ms": 1.5})",
        ".restart.reset_after_ms: must be a whole number of milliseconds from 1 to 2073600000, "
        "not 1.5");
    process("beyond a year", R"("restart": {"backoff_max_ms": 31536000001})",
        ".restart.backoff_max_ms: must be a whole number of milliseconds from 1 to 2073600000, "
        "not 31536000001");
    process("huge", R"("restart": {"window_ms": 1e300})",
        ".restart.window_ms: must be a whole number of milliseconds from 1 to 2073600000, "
        "not 1e+300");
    process("multiplier", R"("restart": {"multiplier": 0.5})",
        ".restart.multiplier: must be a number from 1 to 100, not 0.5");
    process("jitter", R"("restart": {"jitter_ratio": 1.5})",
        ".restart.jitter_ratio: must be a number from 0 to 1, not 1.5");
    process("restarts", R"("restart": {"max_restarts": true})",
        ".restart.max_restarts: must be a whole number from 0 to 1000000, not true");
    process("backoff above its cap", R"("restart": {"backoff_ms": 40000})",
        ".restart.backoff_ms: must not be above backoff_max_ms, which is 30000");
    process("signal", R"("stop": {"signal": "term"})",
        ".stop.signal: unknown signal \"term\"; did you mean \"TERM\"?");
    process("signal that pauses", R"("stop": {"signal": "SIGSTOP"})",
        ".stop.signal: unknown signal \"STOP\"; known: \"TERM\", \"INT\", \"HUP\", \"QUIT\", "
        "\"USR1\", \"USR2\", \"KILL\", \"ABRT\", \"ALRM\", \"PIPE\", \"WINCH\", \"PWR\"");
    process("scope", R"("stop": {"scope": "all"})",
        ".stop.scope: unknown scope \"all\"; known: \"process\", \"group\"");
    process("stop key", R"("stop": {"timeout": 1})",
        ".stop.timeout: unknown key \"timeout\"; did you mean \"timeout_ms\"?");
    process("success codes", R"("restart": {"success_codes": [0, 256]})",
        ".restart.success_codes: must hold exit codes from 0 to 255, not 256");
    process("effect of a failure", R"("restart": {"on_failed": "panic"})",
        ".restart.on_failed: unknown effect \"panic\"; known: \"ignore\", "
        "\"restart-dependents\", \"stop-service\"");
    process("watchdog", R"("watchdog_ms": 299)",
        ".watchdog_ms: must be a whole number of milliseconds from 300 to 2073600000, not 299");
    process("stalled", R"("stalled_after_ms": 999)",
        ".stalled_after_ms: must be a whole number of milliseconds from 1000 to 2073600000, not "
        "999");
    process("reaction", R"("stalled_after_ms": 1000, "on_stalled": "kill")",
        ".on_stalled: unknown reaction \"kill\"; known: \"tell\", \"restart\"");
    process("reaction to nothing", R"("on_stalled": "restart")",
        ".on_stalled: needs \"stalled_after_ms\"");
    process("unknown dependency", R"("depends_on": ["q"])",
        ".depends_on: no process \"q\"; did you mean \"p\"?");
    process("circle", R"("depends_on": ["p"])", ".depends_on: waits for itself: p → p");
    process("level", R"("depends_on": {"p": "done"})",
        ".depends_on.p: unknown level \"done\"; known: \"started\", \"ready\", \"completed\"");
    row("what never completes",
        withService(R"("type": "http", "listen": "127.0.0.1:0", "processes": {
            "a": {"command": ["x"]},
            "b": {"command": ["x"], "depends_on": {"a": "completed"}}})"),
        "$.services.s.processes.b.depends_on: \"a\" is always restarted, so it never completes; "
        "\"ready\", or the restart policy \"never\" or \"on-failure\" for \"a\"");
    process("instances", R"("instances": "all")", ".instances: must be a whole number or \"cpu\"");
    process("standby above", R"("standby": 17)",
        ".standby: must be a whole number from 0 to 16, not 17");
    process("standby of a command", R"("standby": 1)",
        ".standby: is for a class: a command cannot be loaded beforehand");
    process("instances below", R"("instances": -1)",
        ".instances: must be a whole number from 0 to 10000, not -1");
    process("schedule number", R"("schedule": 5)",
        ".schedule: must be a cron expression or an object with \"cron\" and \"time_zone\"");
    process("schedule field", R"("schedule": "0 25 * * *")", ".schedule: hour: 25 is above 23");
    process("schedule object", R"("schedule": {"cron": "* * *"})",
        ".schedule.cron: needs 5 or 6 fields, has 3");
    process("schedule without cron", R"("schedule": {"time_zone": "UTC"})",
        ".schedule: must have \"cron\"");
    process("schedule key", R"("schedule": {"cron": "@daily", "zone": "UTC"})",
        ".schedule.zone: unknown key \"zone\"; known: \"cron\", \"time_zone\"");
    process("schedule zone", R"("schedule": {"cron": "@daily", "time_zone": "Europe/Berln"})",
        ".schedule.time_zone: no time zone \"Europe/Berln\"; did you mean \"Europe/Berlin\"?");
    process("schedule always", R"("schedule": "@daily", "restart": {"policy": "always"})",
        ".restart.policy: \"always\" leaves nothing to the schedule; \"never\" or "
        "\"on-failure\"");
    process("schedule age", R"("schedule": "@daily", "max_age_ms": 5000)",
        ".max_age_ms: is not for a schedule: a run ends by itself");
    process("overlap word", R"("schedule": "@daily", "overlap": "wait")",
        ".overlap: unknown way \"wait\"; known: \"skip\", \"queue\", \"kill\"");
    process("overlap alone", R"("overlap": "kill")", ".overlap: needs a \"schedule\"");
    process("strategy alone", R"("strategy": "one_for_all")", ".strategy: needs a \"group\"");
    process("group", R"("group": "A")",
        ".group: \"A\" is no name: at most 64 of a-z, 0-9, '_', '.' and '-', a letter or digit "
        "first");
    const auto ready = [&process](const char *name, const QByteArray &fields, const char *error) {
        process(name, "\"ready\": {" + fields + "}", (".ready" + QByteArray(error)).constData());
    };
    ready("ready at once", R"("timeout_ms": 0)",
        ".timeout_ms: must be a whole number of milliseconds from 1 to 2073600000, not 0");
    ready("ready mode", R"("mode": "tpc", "address": "127.0.0.1:1")",
        ".mode: unknown mode \"tpc\"; did you mean \"tcp\"?");
    ready("ready key", R"("adress": "127.0.0.1:1")",
        ".adress: unknown key \"adress\"; did you mean \"address\"?");
    ready("key without its mode", R"("address": "127.0.0.1:1")",
        ".address: belongs to the mode \"tcp\", not to \"started\"");
    ready("key of another mode", R"("mode": "log", "pattern": "x", "url": "http://x/")",
        ".url: belongs to the mode \"http\", not to \"log\"");
    ready("interval of one that hears", R"("mode": "notify", "interval_ms": 100)",
        ".interval_ms: belongs to the modes \"tcp\", \"http\" and \"exec\", not to \"notify\"");
    ready("tcp alone", R"("mode": "tcp")", ": must have \"address\" for the mode \"tcp\"");
    ready("http alone", R"("mode": "http")", ": must have \"url\" for the mode \"http\"");
    ready("exec alone", R"("mode": "exec")", ": must have \"command\" for the mode \"exec\"");
    ready("log alone", R"("mode": "log")", ": must have \"pattern\" for the mode \"log\"");
    ready("address", R"("mode": "tcp", "address": "8080")",
        ".address: \"8080\" must be \"host:port\", \"[v6]:port\" or \"unix:PATH\"");
    ready("address without a port", R"("mode": "tcp", "address": "[::1]:0")",
        ".address: \"[::1]:0\" must have a port other than 0");
    const QByteArray mustBeUrl
        = "must be \"http://host:port/path\", \"https://host:port/path\" or \"unix:PATH:/path\"";
    for (const char *url : {"localhost:80", "http:///x", "http://a b/", "https://",
             "http://localhost:70000/", "ftp://localhost", "http", "unix:/run/x:/a b"})
        ready(url, R"("mode": "http", "url": ")" + QByteArray(url) + '"',
            (".url: \"" + QByteArray(url) + "\" " + mustBeUrl).constData());
    ready("url without a socket", R"("mode": "http", "url": "unix:")",
        ".url: \"unix:\" must name a path after \"unix:\"");
    ready("url of a socket without one", R"("mode": "http", "url": "unix::/health")",
        ".url: \"unix::/health\" must name a path after \"unix:\"");
    ready("url of a socket with a fragment", R"("mode": "http", "url": "unix:/run/x:/a#b")",
        ".url: \"unix:/run/x:/a#b\" must have neither a user nor a fragment");
    ready("url without a port", R"("mode": "http", "url": "http://localhost:0/")",
        ".url: \"http://localhost:0/\" must have a port other than 0");
    ready("url with a user", R"("mode": "http", "url": "http://me:x@localhost/")",
        ".url: \"http://me:x@localhost/\" must have neither a user nor a fragment");
    ready("url with a fragment", R"("mode": "http", "url": "http://localhost/#x")",
        ".url: \"http://localhost/#x\" must have neither a user nor a fragment");
    const auto web = [&ready](const char *name, const char *fields, const char *error) {
        const QByteArray prefix = QByteArray(error).startsWith('[') ? ".headers" : "";
        ready(name, R"("mode": "http", "url": "http://localhost/", )" + QByteArray(fields),
            (prefix + error).constData());
    };
    web("headers list", R"("headers": ["a"])", ".headers: must be an object, not a list");
    web("header number", R"("headers": {"X-A": 1})", ".headers.X-A: must be a string, not 1");
    web("header name", R"("headers": {"X A": "1"})", "[\"X A\"]: is no name of a header");
    web("header without a name", R"("headers": {"": "1"})", "[\"\"]: is no name of a header");
    web("header smuggled", R"("headers": {"Key": "s3cret\r\nX: y"})",
        ".headers.Key: must not contain line ends or other controls, nor begin or end with a "
        "blank");
    web("header with a blank", R"("headers": {"Key": " s3cret"})",
        ".headers.Key: must not contain line ends or other controls, nor begin or end with a "
        "blank");
    web("header of the connection", R"("headers": {"connection": "keep-alive"})",
        ".headers.connection: is set by the probe itself");
    web("header twice", R"("headers": {"Host": "a", "host": "b"})",
        ".headers.host: is there already, in other letters");
    web("status text", R"("expected_status": "200")",
        ".expected_status: must be status codes from 200 to 599, not \"200\"");
    web("status interim", R"("expected_status": [100, 204])",
        ".expected_status: must be status codes from 200 to 599, not 100");
    web("status beyond", R"("expected_status": 600)",
        ".expected_status: must be status codes from 200 to 599, not 600");
    web("status none", R"("expected_status": [])", ".expected_status: must not be empty");
    web("body", R"("expected_body": "(")",
        ".expected_body: \"(\" is no regular expression: missing closing parenthesis at character "
        "1");
    web("verify", R"("verify_certificate": "no")",
        ".verify_certificate: must be true or false, not \"no\"");
    ready("headers of another mode", R"("mode": "tcp", "address": "127.0.0.1:1", "headers": {})",
        ".headers: belongs to the mode \"http\", not to \"tcp\"");
    ready("probe empty", R"("mode": "exec", "command": [])",
        ".command: must start with the program's name");
    ready("probe number", R"("mode": "exec", "command": ["x", 1])",
        ".command[1]: must be a string, not 1");
    ready("pattern", R"("mode": "log", "pattern": "%1(")",
        ".pattern: \"%1(\" is no regular expression: missing closing parenthesis at character 3");
    ready("pattern too long", R"("mode": "log", "pattern": ")" + QByteArray(1025, 'x') + '"',
        ".pattern: is longer than 1024 characters");
    ready("interval", R"("mode": "exec", "command": ["x"], "interval_ms": 49)",
        ".interval_ms: must be a whole number of milliseconds from 50 to 2073600000, not 49");
    ready("attempt", R"("mode": "exec", "command": ["x"], "attempt_timeout_ms": 0)",
        ".attempt_timeout_ms: must be a whole number of milliseconds from 1 to 2073600000, not 0");
    const auto liveness
        = [&process](const char *name, const QByteArray &fields, const char *error) {
              process(name, "\"liveness\": {" + fields + "}",
                  (".liveness" + QByteArray(error)).constData());
          };
    process("liveness text", R"("liveness": "tcp")", ".liveness: must be an object, not \"tcp\"");
    process(
        "critical text", R"("critical": "yes")", ".critical: must be true or false, not \"yes\"");
    liveness("liveness without mode", R"("address": "127.0.0.1:1")", ": must have \"mode\"");
    liveness("liveness mode", R"("mode": "log")",
        ".mode: unknown mode \"log\"; known: \"tcp\", \"http\", \"exec\"");
    liveness("liveness key", R"("mode": "exec", "command": ["x"], "failure": 1)",
        ".failure: unknown key \"failure\"; did you mean \"failures\"?");
    liveness("liveness without address", R"("mode": "tcp")",
        ": must have \"address\" for the mode \"tcp\"");
    liveness("liveness key of another mode",
        R"("mode": "exec", "command": ["x"], "url": "http://localhost/")",
        ".url: belongs to the mode \"http\", not to \"exec\"");
    liveness("liveness url", R"("mode": "http", "url": "wss://localhost/")",
        (".url: \"wss://localhost/\" " + mustBeUrl).constData());
    liveness("liveness status", R"("mode": "http", "url": "http://localhost/",
        "expected_status": 1)",
        ".expected_status: must be status codes from 200 to 599, not 1");
    liveness("liveness interval", R"("mode": "exec", "command": ["x"], "interval_ms": 49)",
        ".interval_ms: must be a whole number of milliseconds from 50 to 2073600000, not 49");
    liveness("liveness time-out", R"("mode": "exec", "command": ["x"], "timeout_ms": 0)",
        ".timeout_ms: must be a whole number of milliseconds from 1 to 2073600000, not 0");
    liveness("liveness failures", R"("mode": "exec", "command": ["x"], "failures": 0)",
        ".failures: must be a whole number from 1 to 1000, not 0");
    row("process name", R"({"services": {"http": {"type": "http", "listen": "127.0.0.1:0",
        "processes": {"-x": {"command": ["x"]}}}}})",
        "$.services.http.processes.-x: \"-x\" is no name: at most 64 of a-z, 0-9, '_', '.' and "
        "'-', a letter or digit first");
}

void TestConfigErrors::oneThingWrongIsOneErrorWithItsPath()
{
    QFETCH(const QByteArray, json);
    QFETCH(const QString, error);
    QCOMPARE(errorsOf(json), QStringList{error});
}

void TestConfigErrors::keysOfLaterVersionsAreNotAvailableYet()
{
    // The contract's table, written out again: a key that is dropped here must be obeyed there.
    const QStringList ofProcess{u"output"_s};
    const auto refused = [](const QString &path, const QString &key) {
        return QStringList{u"%1.%2: \"%2\" is not available yet"_s.arg(path, key)};
    };
    const QString process = u"$.services.http.processes.p"_s;
    for (const QString &key : ofProcess)
        QCOMPARE(errorsOf(withProcess('"' + key.toUtf8() + "\": null")), refused(process, key));
    for (const QString &key : {u"file_max_bytes"_s, u"files"_s, u"max_age_ms"_s})
        QCOMPARE(errorsOf(withProcess("\"output_limits\": {\"" + key.toUtf8() + "\": 1}")),
            refused(process + u".output_limits"_s, key));
    QCOMPARE(errorsOf(R"({"cluster": {}})"), refused(u"$"_s, u"cluster"_s));
}

void TestConfigErrors::noKeyIsKnownAndForLater()
{
    for (int object = 0; object <= int(ConfigObject::Ready); ++object) {
        const Vocabulary &words = configKeys(ConfigObject(object));
        QVERIFY(!words.known.isEmpty());
        for (const QString &key : words.later)
            QVERIFY2(!words.known.contains(key), qPrintable(key));
    }
}

void TestConfigErrors::everythingWrongIsToldAtOnce()
{
    const QStringList errors = errorsOf(R"({
      "node": "A", "cluster": {}, "shutdown_timeout_ms": -1,
      "services": {
        "http": { "type": "rcp", "listen": "nowhere", "listen": "nowhere", "processes": {
          "a": { "class": "X", "command": [], "restart": { "policy": 1, "multiplier": 0 } },
          "b": { "comand": ["x"],
            "stop": { "signal": 9, "timeout_ms": 0.5, "leftovers_ms": -1, "scope": [] } }
        } },
        "other": 3
      }
    })");
    QStringList paths;
    for (const QString &error : errors)
        paths.append(error.first(error.indexOf(u": "_s)));
    paths.sort();
    const QString p = u"$.services.http.processes."_s;
    QStringList expected{u"$.cluster"_s, u"$.node"_s, u"$.shutdown_timeout_ms"_s,
        u"$.services.http.type"_s, u"$.services.http.listen"_s, u"$.services.http.listen"_s,
        u"$.services.other"_s, p + u"a"_s, p + u"a.command"_s, p + u"a.restart.policy"_s,
        p + u"a.restart.multiplier"_s, p + u"b"_s, p + u"b.comand"_s, p + u"b.stop.signal"_s,
        p + u"b.stop.timeout_ms"_s, p + u"b.stop.leftovers_ms"_s, p + u"b.stop.scope"_s};
    expected.sort();
    QCOMPARE(paths, expected);
}

QTEST_GUILESS_MAIN(TestConfigErrors)
#include "tst_configerrors.moc"
