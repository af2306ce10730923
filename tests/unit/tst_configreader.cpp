// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/configreader.h"

#include "protocol/frame.h"
#include "protocol/keys.h"
#include "spec/jsonscan.h"
#include "spec/vocabulary.h"

#include <QHash>
#include <QJsonDocument>
#include <QRandomGenerator>
#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

Surroundings surroundings(const QHash<QString, QString> &variables = {})
{
    const auto environment = [variables](const QString &name) -> std::optional<QString> {
        return variables.contains(name) ? std::optional(variables.value(name)) : std::nullopt;
    };
    return {.directory = u"/srv/orders"_s,
        .environment = environment,
        .defaultNode = u"thishost"_s,
        .stateDirectory = [](const QString &node) { return u"/state/"_s + node; },
        .socketPath = [](const QString &node) { return u"/run/semper/%1.sock"_s.arg(node); }};
}

QStringList errorsOf(const QByteArray &json)
{
    const ConfigResult result = readConfig(json, surroundings());
    QStringList texts;
    if (const auto *errors = std::get_if<ConfigErrors>(&result))
        for (const ConfigError &error : *errors)
            texts.append(error.toString());
    return texts;
}

/// A configuration with one process "p" that has \a fields beside its command.
QByteArray withProcess(const QByteArray &fields, const QByteArray &program = R"("command": ["x"])")
{
    return R"({"services": {"http": {"type": "http", "listen": "127.0.0.1:0", "processes": {"p": {)"
        + program + (fields.isEmpty() || program.isEmpty() ? "" : ", ") + fields + "}}}}}";
}

QByteArray withService(const QByteArray &fields)
{
    return R"({"services": {"s": {)" + fields + "}}}";
}

std::optional<ServerConfig> configOf(
    const QByteArray &json, const QHash<QString, QString> &variables = {})
{
    const ConfigResult result = readConfig(json, surroundings(variables));
    if (const auto *errors = std::get_if<ConfigErrors>(&result)) {
        for (const ConfigError &error : *errors)
            qInfo("%s", qPrintable(error.toString()));
        return std::nullopt;
    }
    return std::get<ServerConfig>(result);
}

std::optional<ProcessSpec> processOf(
    const QByteArray &json, const QHash<QString, QString> &variables = {})
{
    const auto config = configOf(json, variables);
    return config ? std::optional(config->services.first().processes.first().second) : std::nullopt;
}

const QByteArray everything = R"({
  "node": "orders-1",
  "control": { "listen": "[::1]:18305" },
  "plugin_directories": ["plugins", "/opt/plugins"],
  "shutdown_timeout_ms": 5000,
  "state_directory": "state",
  "services": {
    "http": {
      "type": "http", "listen": "127.0.0.1:18306",
      "processes": {
        "monitor": {
          "class": "shop::MonitorProcess",
          "settings": { "interval_ms": 3000, "deep": { "er": [1, null] } },
          "directory": "data/./monitor",
          "environment": { "LANG": "C", "EMPTY": "" },
          "enabled": false,
          "restart": {
            "policy": "on-failure", "first_delay_ms": 1, "backoff_ms": 2, "multiplier": 1.5,
            "backoff_max_ms": 30, "jitter_ratio": 0, "reset_after_ms": 4, "max_restarts": 5,
            "window_ms": 6
          },
          "stop": { "signal": "SIGINT", "timeout_ms": 0, "scope": "group" },
          "ready": { "mode": "started", "timeout_ms": 7 }
        },
        "importer": { "command": ["bin/import", "--now", "", "ü"] }
      }
    },
    "empty": { "type": "http", "listen": "unix:run/http.sock" }
  }
})";

} // namespace

class TestConfigReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyKeyReachesItsField();
    void anEmptyObjectIsAllDefaults();
    void aProcessWithoutMoreHasTheDefaultsOfItsStruct();
    void enabledFollowsTheEnvironment_data();
    void enabledFollowsTheEnvironment();
    void policiesScopesAndSignalsAreUnderstood();
    void aCapBelowTheDefaultBackoffLowersIt();
    void programsWithASlashStartAtTheConfigurationsFolder();
    void oneThingWrongIsOneErrorWithItsPath_data();
    void oneThingWrongIsOneErrorWithItsPath();
    void keysOfLaterVersionsAreNotAvailableYet();
    void noKeyIsKnownAndForLater();
    void everythingWrongIsToldAtOnce();
    void settingsThatJustFitAWelcomeFrameAreTaken();
    void aFileAboveAMebibyteIsRefused();
    void nestingIsLimited();
    void truncatedConfigurationsAreErrors();
    void mutatedConfigurationsNeverCrash();
};

void TestConfigReader::everyKeyReachesItsField()
{
    const auto config = configOf(everything);
    QVERIFY(config);
    QCOMPARE(config->node, u"orders-1"_s);
    QCOMPARE(config->control, (ListenAddress{.host = u"::1"_s, .port = 18305}));
    QCOMPARE(config->pluginDirectories, (QStringList{u"/srv/orders/plugins"_s, u"/opt/plugins"_s}));
    QCOMPARE(config->shutdownTimeout, 5000ms);
    QCOMPARE(config->stateDirectory, u"/srv/orders/state"_s);
    QCOMPARE(config->directory, u"/srv/orders"_s);

    QCOMPARE(config->services.size(), 2);
    const ServiceSpec &empty = config->services.at(0);
    QCOMPARE(empty.listen.path, u"/srv/orders/run/http.sock"_s);
    QVERIFY(empty.processes.isEmpty());
    const ServiceSpec &http = config->services.at(1);
    QCOMPARE(http.name, u"http"_s);
    QCOMPARE(http.type, u"http"_s);
    QCOMPARE(http.listen.toString(), u"127.0.0.1:18306"_s);
    QCOMPARE(http.processes.size(), 2);
    QCOMPARE(http.processes.at(0).first, u"importer"_s);
    QCOMPARE(http.processes.at(0).second.command,
        (QStringList{u"/srv/orders/bin/import"_s, u"--now"_s, QString(), u"ü"_s}));

    const ProcessSpec expected{.className = u"shop::MonitorProcess"_s,
        .settings = {{u"interval_ms"_s, 3000},
            {u"deep"_s, QJsonObject{{u"er"_s, QJsonArray{1, QJsonValue::Null}}}}},
        .directory = u"/srv/orders/data/monitor"_s,
        .environment = {{u"LANG"_s, u"C"_s}, {u"EMPTY"_s, QString()}},
        .enabled = false,
        .restart = {.policy = RestartPolicy::OnFailure,
            .firstDelay = 1ms,
            .backoff = 2ms,
            .multiplier = 1.5,
            .backoffMax = 30ms,
            .jitterRatio = 0,
            .resetAfter = 4ms,
            .maxRestarts = 5,
            .window = 6ms},
        .stop = {.signal = SIGINT, .timeout = 0ms, .scope = StopScope::Group},
        .ready = {.mode = ReadyMode::Started, .timeout = 7ms}};
    QCOMPARE(http.processes.at(1).second, expected);
}

void TestConfigReader::anEmptyObjectIsAllDefaults()
{
    const auto config = configOf("{}");
    QVERIFY(config);
    QCOMPARE(config->node, u"thishost"_s);
    QCOMPARE(config->stateDirectory, u"/state/thishost"_s);
    QCOMPARE(config->control.toString(), u"127.0.0.1:18305"_s);
    QCOMPARE(config->shutdownTimeout, 60000ms);
    QVERIFY(config->services.isEmpty());
    QCOMPARE(configOf("{\"node\": \"b\"}")->stateDirectory, u"/state/b"_s);
}

void TestConfigReader::aProcessWithoutMoreHasTheDefaultsOfItsStruct()
{
    const ProcessSpec expected{.command = {u"x"_s}, .directory = u"/srv/orders"_s};
    QCOMPARE(processOf(withProcess({})), expected);
    QCOMPARE(
        processOf(withProcess("\"restart\": {}, \"stop\": {}, \"ready\": {}, \"settings\": {}")),
        expected);
}

void TestConfigReader::enabledFollowsTheEnvironment_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("variable");
    QTest::addColumn<bool>("enabled");
    const QByteArray byVariable = R"({"env": "SWITCH"})";
    QTest::newRow("true") << QByteArray("true") << u"0"_s << true;
    QTest::newRow("false") << QByteArray("false") << u"1"_s << false;
    QTest::newRow("1") << byVariable << u"1"_s << true;
    QTest::newRow("yes") << byVariable << u"yes"_s << true;
    QTest::newRow("0") << byVariable << u"0"_s << false;
    QTest::newRow("FALSE") << byVariable << u"FALSE"_s << false;
    QTest::newRow("empty") << byVariable << u""_s << false;
    QTest::newRow("not set") << byVariable << QString() << false;
}

void TestConfigReader::enabledFollowsTheEnvironment()
{
    QFETCH(const QByteArray, value);
    QFETCH(const QString, variable);
    QHash<QString, QString> variables;
    if (!variable.isNull())
        variables.insert(u"SWITCH"_s, variable);
    const auto process = processOf(withProcess("\"enabled\": " + value), variables);
    QVERIFY(process);
    QTEST(process->enabled, "enabled");
}

void TestConfigReader::policiesScopesAndSignalsAreUnderstood()
{
    const auto restart = [](const QByteArray &policy) {
        return processOf(withProcess(R"("restart": {"policy": ")" + policy + "\"}"))
            ->restart.policy;
    };
    QCOMPARE(restart("always"), RestartPolicy::Always);
    QCOMPARE(restart("on-failure"), RestartPolicy::OnFailure);
    QCOMPARE(restart("never"), RestartPolicy::Never);
    const auto stop = [](const QByteArray &fields) {
        return processOf(withProcess("\"stop\": {" + fields + "}"))->stop;
    };
    QCOMPARE(stop("\"scope\": \"process\"").scope, StopScope::Process);
    QCOMPARE(stop("\"scope\": \"group\"").scope, StopScope::Group);
    QCOMPARE(stop("\"signal\": \"HUP\"").signal, SIGHUP);
    QCOMPARE(stop("\"signal\": \"SIGUSR2\"").signal, SIGUSR2);
    QCOMPARE(stop("\"signal\": \"KILL\"").signal, SIGKILL);
    QVERIFY(!processOf(withProcess("\"restart\": {\"max_restarts\": null}"))->restart.maxRestarts);
    QCOMPARE(processOf(withProcess("\"restart\": {\"max_restarts\": 0}"))->restart.maxRestarts, 0);
}

void TestConfigReader::aCapBelowTheDefaultBackoffLowersIt()
{
    const auto process = processOf(withProcess(R"("restart": {"backoff_max_ms": 50})"));
    QVERIFY(process);
    QCOMPARE(process->restart.backoffMax, 50ms);
    QCOMPARE(process->restart.backoff, 50ms);
}

void TestConfigReader::programsWithASlashStartAtTheConfigurationsFolder()
{
    const auto program = [](const QByteArray &text) {
        return processOf(withProcess("\"directory\": \"/tmp\"", "\"command\": [\"" + text + "\"]"))
            ->command.first();
    };
    QCOMPARE(program("python3"), u"python3"_s);
    QCOMPARE(program("/bin/sh"), u"/bin/sh"_s);
    QCOMPARE(program("./importer"), u"/srv/orders/importer"_s);
    QCOMPARE(program("../bin/importer"), u"/srv/bin/importer"_s);
}

void TestConfigReader::oneThingWrongIsOneErrorWithItsPath_data()
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

    row("nothing", "",
        "$: line 1, column 1: syntax error while parsing value - unexpected end of "
        "input; expected '[', '{', or a literal");
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
        "\"plugin_directories\", \"shutdown_timeout_ms\", \"state_directory\"");
    row("strange key", R"({"a b\"\n": 1, "services": {}})",
        "$[\"a b\\\"\\n\"]: unknown key \"a b\\\"\\n\"; known: \"node\", \"control\", "
        "\"services\", \"plugin_directories\", \"shutdown_timeout_ms\", \"state_directory\"");

    row("node number", R"({"node": 1})", "$.node: must be a string, not 1");
    row("node empty", R"({"node": ""})", "$.node: must not be empty");
    row("node capital", R"({"node": "Orders"})",
        "$.node: \"Orders\" is no name: at most 64 of a-z, 0-9, '_', '.' and '-', a letter or "
        "digit first");
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
        "$.shutdown_timeout_ms: must be a whole number of milliseconds from 0 to 31536000000, "
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
    for (const char *type : {"rpc", "websocket", "tcp"})
        row(type, withService(R"("listen": "127.0.0.1:0", "type": ")" + QByteArray(type) + '"'),
            ("$.services.s.type: \"" + QByteArray(type) + "\" is not available yet").constData());
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
        ".restart.first_delay_ms: must be a whole number of milliseconds from 0 to 31536000000, "
        "not -1");
    process("no backoff", R"("restart": {"backoff_ms": 0})",
        ".restart.backoff_ms: must be a whole number of milliseconds from 1 to 31536000000, not 0");
    process("fraction", R"("restart": {"reset_after_ms": 1.5})",
        ".restart.reset_after_ms: must be a whole number of milliseconds from 1 to 31536000000, "
        "not 1.5");
    process("beyond a year", R"("restart": {"backoff_max_ms": 31536000001})",
        ".restart.backoff_max_ms: must be a whole number of milliseconds from 1 to 31536000000, "
        "not 31536000001");
    process("huge", R"("restart": {"window_ms": 1e300})",
        ".restart.window_ms: must be a whole number of milliseconds from 1 to 31536000000, "
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
    for (const char *mode : {"notify", "tcp", "http", "exec", "log"}) {
        const QByteArray name = "mode " + QByteArray(mode);
        process(name.constData(), "\"ready\": {\"mode\": \"" + QByteArray(mode) + "\"}",
            (".ready.mode: \"" + QByteArray(mode) + "\" is not available yet").constData());
    }
    process("ready at once", R"("ready": {"timeout_ms": 0})",
        ".ready.timeout_ms: must be a whole number of milliseconds from 1 to 31536000000, not 0");
    row("process name", R"({"services": {"http": {"type": "http", "listen": "127.0.0.1:0",
        "processes": {"-x": {"command": ["x"]}}}}})",
        "$.services.http.processes.-x: \"-x\" is no name: at most 64 of a-z, 0-9, '_', '.' and "
        "'-', a letter or digit first");
}

void TestConfigReader::oneThingWrongIsOneErrorWithItsPath()
{
    QFETCH(const QByteArray, json);
    QFETCH(const QString, error);
    QCOMPARE(errorsOf(json), QStringList{error});
}

void TestConfigReader::keysOfLaterVersionsAreNotAvailableYet()
{
    // The contract's table, written out again: a key that is dropped here must be obeyed there.
    const QStringList ofProcess{u"environment_file"_s, u"watchdog_ms"_s, u"depends_on"_s,
        u"instances"_s, u"standby"_s, u"group"_s, u"strategy"_s, u"memory_max_bytes"_s,
        u"cpu_max_ratio"_s, u"rlimits"_s, u"nice"_s, u"user"_s, u"run_as_group"_s, u"umask"_s,
        u"max_age_ms"_s, u"schedule"_s, u"overlap"_s, u"critical"_s, u"output"_s,
        u"output_limits"_s};
    const auto refused = [](const QString &path, const QString &key) {
        return QStringList{u"%1.%2: \"%2\" is not available yet"_s.arg(path, key)};
    };
    const QString process = u"$.services.http.processes.p"_s;
    for (const QString &key : ofProcess)
        QCOMPARE(errorsOf(withProcess('"' + key.toUtf8() + "\": null")), refused(process, key));
    for (const QString &key : {u"success_codes"_s, u"on_failed"_s})
        QCOMPARE(errorsOf(withProcess("\"restart\": {\"" + key.toUtf8() + "\": 1}")),
            refused(process + u".restart"_s, key));
    for (const QString &key : {u"port"_s, u"url"_s, u"pattern"_s, u"interval_ms"_s})
        QCOMPARE(errorsOf(withProcess("\"ready\": {\"" + key.toUtf8() + "\": 1}")),
            refused(process + u".ready"_s, key));
    for (const QString &key : {u"listeners"_s, u"tls"_s, u"limits"_s, u"framing"_s})
        QCOMPARE(errorsOf(withService("\"type\": \"http\", \"listen\": \"127.0.0.1:0\", \""
                     + key.toUtf8() + "\": {}")),
            refused(u"$.services.s"_s, key));
    for (const QString &key : {u"journal"_s, u"cluster"_s})
        QCOMPARE(errorsOf("{\"" + key.toUtf8() + "\": {}}"), refused(u"$"_s, key));
}

void TestConfigReader::noKeyIsKnownAndForLater()
{
    for (int object = 0; object <= int(ConfigObject::Ready); ++object) {
        const Vocabulary &words = configKeys(ConfigObject(object));
        QVERIFY(!words.known.isEmpty());
        for (const QString &key : words.later)
            QVERIFY2(!words.known.contains(key), qPrintable(key));
    }
}

void TestConfigReader::everythingWrongIsToldAtOnce()
{
    const QStringList errors = errorsOf(R"({
      "node": "A", "cluster": {}, "shutdown_timeout_ms": -1,
      "services": {
        "http": { "type": "rpc", "listen": "nowhere", "listen": "nowhere", "processes": {
          "a": { "class": "X", "command": [], "restart": { "policy": 1, "multiplier": 0 } },
          "b": { "comand": ["x"], "stop": { "signal": 9, "timeout_ms": 0.5, "scope": [] } }
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
        p + u"b.stop.timeout_ms"_s, p + u"b.stop.scope"_s};
    expected.sort();
    QCOMPARE(paths, expected);
}

void TestConfigReader::settingsThatJustFitAWelcomeFrameAreTaken()
{
    const auto errors = [](qsizetype length) {
        return errorsOf(
            withProcess("\"settings\": {\"text\": \"" + QByteArray(length, 'x') + "\"}"));
    };
    const qsizetype fits = maximumFrameBytes
        - encodeFrame(makeFrame(frames::welcome,
                          {{keys::version, 1}, {keys::heartbeatMs, 2147483647},
                              {keys::settings, QJsonObject{{u"text"_s, QString()}}}}))
              .size();
    QCOMPARE(errors(fits), QStringList());
    QCOMPARE(errors(fits + 3),
        QStringList{u"$.services.http.processes.p.settings: too large by 3 bytes: they reach the "
                    "process in one frame of 65536"_s});
}

void TestConfigReader::aFileAboveAMebibyteIsRefused()
{
    QCOMPARE(errorsOf(QByteArray(maximumConfigBytes - 2, ' ') + "{}"), QStringList());
    QCOMPARE(errorsOf(QByteArray(maximumConfigBytes - 1, ' ') + "{}"),
        QStringList{u"$: larger than 1048576 bytes"_s});
}

void TestConfigReader::nestingIsLimited()
{
    const QStringList errors
        = errorsOf(R"({"node": )" + QByteArray(100'000, '[') + QByteArray(100'000, ']') + '}');
    QCOMPARE(errors.size(), 1);
    QVERIFY2(errors.first().contains(u"nested deeper than 32"_s), qPrintable(errors.first()));
    const auto nested = [](int depth) {
        return withProcess(
            "\"settings\": {\"a\": " + QByteArray(depth, '[') + QByteArray(depth, ']') + "}");
    };
    // Six objects stand around it.
    QCOMPARE(errorsOf(nested(int(maximumJsonDepth) - 6)), QStringList());
    QCOMPARE(errorsOf(nested(int(maximumJsonDepth) - 5)).size(), 1);
}

void TestConfigReader::truncatedConfigurationsAreErrors()
{
    for (qsizetype size = 0; size < everything.size(); ++size)
        QVERIFY2(!errorsOf(everything.first(size)).isEmpty(), qPrintable(QString::number(size)));
}

void TestConfigReader::mutatedConfigurationsNeverCrash()
{
    QRandomGenerator random(20261123);
    const QByteArrayView letters = "\"{}[]:,0-.eE\\u/ \n\0\xff\xc3truefalsenull";
    int refused = 0;
    for (int round = 0; round < 3000; ++round) {
        QByteArray json = everything;
        for (int i = random.bounded(1, 6); i > 0; --i) {
            const qsizetype at = random.bounded(int(json.size()));
            switch (random.bounded(4)) {
            case 0:
                json[at] = letters[random.bounded(int(letters.size()))];
                break;
            case 1:
                json.remove(at, random.bounded(20));
                break;
            case 2:
                json.insert(at, json.sliced(at, std::min<qsizetype>(json.size() - at, 30)));
                break;
            case 3:
                json[at] = char(random.bounded(256));
                break;
            }
        }
        const ConfigResult result = readConfig(json, surroundings());
        if (const auto *errors = std::get_if<ConfigErrors>(&result)) {
            ++refused;
            QVERIFY(!errors->isEmpty());
            for (const ConfigError &error : *errors)
                QVERIFY2(error.path.startsWith(u'$') && !error.message.isEmpty(),
                    qPrintable(error.toString()));
        } else {
            QVERIFY(QJsonDocument::fromJson(json).isObject());
        }
    }
    QVERIFY(refused > 1000);
}

QTEST_GUILESS_MAIN(TestConfigReader)
#include "tst_configreader.moc"
