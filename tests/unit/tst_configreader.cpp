// SPDX-License-Identifier: GPL-3.0-or-later
#include "unit/configtext.h"

#include "protocol/frame.h"
#include "protocol/keys.h"
#include "spec/jsonscan.h"

#include <QHash>
#include <QJsonDocument>
#include <QRandomGenerator>
#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace configtext;

namespace {

std::optional<ServerConfig> configOf(
    const QByteArray &json, const QHash<QString, QString> &variables = {})
{
    const ConfigResult result = readConfig(json, surroundings(variables, true));
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
    return config ? std::optional(config->services.first().processes.first()) : std::nullopt;
}

// moc would take two slashes in here for a comment.
const QByteArray everything = R"({
  "node": "orders-1",
  "control": { "listen": "[::1]:18305" },
  "plugin_directories": ["plugins", "/opt/plugins"],
  "shutdown_timeout_ms": 5000,
  "journal": { "max_age_ms": 60000, "max_bytes": 2097152 },
  "state_directory": "state",
  "services": {
    "http": {
      "type": "http", "listen": "127.0.0.1:18306",
      "listeners": {
        "public": { "listen": "0.0.0.0:18343", "tls": {
            "certificate": "tls/a.pem", "key": "/etc/a.key", "client_ca": "tls/../ca.pem" } },
        "local": { "listen": "unix:run/local.sock" }
      },
      "limits": {
        "connections": 1, "message_max_bytes": 2, "idle_timeout_ms": 3, "write_stall_ms": 4,
        "handshake_timeout_ms": 5, "queue_max_bytes": 6
      },
      "processes": {
        "monitor": {
          "class": "shop::MonitorProcess",
          "settings": { "interval_ms": 3000, "deep": { "er": [1, null] } },
          "directory": "data/./monitor",
          "environment": { "LANG": "C", "EMPTY": "", "MAIL": null },
          "environment_inherit": ["PATH", "TZ"],
          "enabled": false,
          "restart": {
            "policy": "on-failure", "first_delay_ms": 1, "backoff_ms": 2, "multiplier": 1.5,
            "backoff_max_ms": 30, "jitter_ratio": 0, "reset_after_ms": 4, "max_restarts": 5,
            "window_ms": 6, "success_codes": [0, 3], "on_failed": "stop-service"
          },
          "stop": {
            "signal": "SIGINT", "timeout_ms": 0, "leftovers_ms": 5, "scope": "group"
          },
          "ready": {
            "mode": "http", "timeout_ms": 7, "url": "http:\/\/localhost:8/up", "interval_ms": 90,
            "attempt_timeout_ms": 10
          },
          "watchdog_ms": 900,
          "stalled_after_ms": 60000, "on_stalled": "restart",
          "liveness": {
            "mode": "exec", "command": ["bin/ping", "-q"], "interval_ms": 50, "timeout_ms": 11,
            "failures": 2
          },
          "critical": true,
          "depends_on": { "importer": "started" },
          "instances": 3,
          "standby": 2,
          "group": "orders",
          "strategy": "rest_for_one"
        },
        "importer": {
          "command": ["bin/import", "--now", "", "ü"],
          "environment_file": "./env", "environment_inherit": false, "nice": -20, "umask": "27", "user": "orders",
          "run_as_group": "1000", "rlimits": { "nofile": 0, "as": 9007199254740991,
            "cpu": "infinity" },
          "memory_max_bytes": 1048576, "cpu_max_ratio": 0.5, "max_age_ms": 1000,
          "output_limits": { "read_max_bytes_per_s": 4096, "read_max_lines_per_s": 10 }
        }
      }
    },
    "empty": { "type": "http", "listen": "unix:run/http.sock" },
    "raw": { "type": "tcp", "listen": "127.0.0.1:0", "framing": "length",
        "tls": { "certificate": "a.pem", "key": "a.key" } }
  }
})";

} // namespace

class TestConfigReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyKeyReachesItsField();
    void anEmptyObjectIsAllDefaults();
    void theNameOfASchemaChangesNothing();
    void aProcessWithoutMoreHasTheDefaultsOfItsStruct();
    void enabledFollowsTheEnvironment_data();
    void enabledFollowsTheEnvironment();
    void policiesScopesAndSignalsAreUnderstood();
    void theShortFormsMeanWhatTheySay();
    void aScheduleIsTakenWithOrWithoutATimeZone();
    void aProcessWithAScheduleIsNotStartedAgainUnlessItSaysSo();
    void everyReadyModeIsUnderstood_data();
    void everyReadyModeIsUnderstood();
    void everyLivenessModeIsUnderstood();
    void whatAnHttpProbeSendsAndExpectsIsUnderstood();
    void aCapBelowTheDefaultBackoffLowersIt();
    void programsWithASlashStartAtTheConfigurationsFolder();
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
    QCOMPARE(config->journal, (JournalSpec{.maxAge = 60000ms, .maxBytes = 2097152}));
    QCOMPARE(config->stateDirectory, u"/srv/orders/state"_s);
    QCOMPARE(config->directory, u"/srv/orders"_s);

    QCOMPARE(config->services.size(), 3);
    const ServiceSpec &empty = config->services.at(0);
    QCOMPARE(empty.main, (ListenerSpec{.address = {.path = u"/srv/orders/run/http.sock"_s}}));
    QVERIFY(empty.listeners.isEmpty());
    QCOMPARE(empty.limits, ServiceLimitsSpec());
    QVERIFY(empty.processes.isEmpty());
    const ServiceSpec &http = config->services.at(1);
    QCOMPARE(http.name, u"http"_s);
    QCOMPARE(http.type, u"http"_s);
    QCOMPARE(http.main.address.toString(), u"127.0.0.1:18306"_s);
    QCOMPARE(http.main.tls, std::nullopt);
    const QMap<QString, ListenerSpec> listeners{
        {u"local"_s, {.address = {.path = u"/srv/orders/run/local.sock"_s}}},
        {u"public"_s,
            {.address = {.host = u"0.0.0.0"_s, .port = 18343},
                .tls = TlsSpec{.certificate = u"/srv/orders/tls/a.pem"_s,
                    .key = u"/etc/a.key"_s,
                    .clientCa = u"/srv/orders/ca.pem"_s}}}};
    QCOMPARE(http.listeners, listeners);
    QCOMPARE(http.limits,
        (ServiceLimitsSpec{.connections = 1,
            .messageMaxBytes = 2,
            .idleTimeout = 3ms,
            .writeStall = 4ms,
            .handshakeTimeout = 5ms,
            .queueMaxBytes = 6}));
    QCOMPARE(config->services.at(2).main,
        (ListenerSpec{.address = {.host = u"127.0.0.1"_s},
            .tls = TlsSpec{.certificate = u"/srv/orders/a.pem"_s, .key = u"/srv/orders/a.key"_s},
            .framing = u"length"_s}));
    QCOMPARE(http.processes.size(), 2);
    QCOMPARE(http.processes.firstKey(), u"importer"_s);
    const ProcessSpec importer{
        .command = {u"/srv/orders/bin/import"_s, u"--now"_s, QString(), u"ü"_s},
        .directory = u"/srv/orders"_s,
        .environmentFile = u"/srv/orders/env"_s,
        .inheritedVariables = QStringList(),
        .limits = {.memoryMaxBytes = 1048576,
            .cpuMaxRatio = 0.5,
            .rlimits = {{u"nofile"_s, 0}, {u"as"_s, 9'007'199'254'740'991}, {u"cpu"_s, -1}},
            .nice = -20,
            .user = u"orders"_s,
            .runAsGroup = u"1000"_s,
            .umask = 027,
            .maxAge = 1000ms},
        .outputLimits = {.readMaxBytesPerSecond = 4096, .readMaxLinesPerSecond = 10}};
    QCOMPARE(http.processes.first(), importer);

    const ProcessSpec expected{.className = u"shop::MonitorProcess"_s,
        .settings = {{u"interval_ms"_s, 3000},
            {u"deep"_s, QJsonObject{{u"er"_s, QJsonArray{1, QJsonValue::Null}}}}},
        .directory = u"/srv/orders/data/monitor"_s,
        .environment = {{u"LANG"_s, u"C"_s}, {u"EMPTY"_s, QString()}},
        .unsetVariables = {u"MAIL"_s},
        .inheritedVariables = QStringList{u"PATH"_s, u"TZ"_s},
        .enabled = false,
        .restart = {.policy = RestartPolicy::OnFailure,
            .firstDelay = 1ms,
            .backoff = 2ms,
            .multiplier = 1.5,
            .backoffMax = 30ms,
            .jitterRatio = 0,
            .resetAfter = 4ms,
            .maxRestarts = 5,
            .window = 6ms,
            .successCodes = {0, 3},
            .onFailed = OnFailed::StopService},
        .stop = {.signal = SIGINT, .timeout = 0ms, .leftovers = 5ms, .scope = StopScope::Group},
        .ready = {.mode = ReadyMode::Http,
            .timeout = 7ms,
            .url = u"http://localhost:8/up"_s,
            .interval = 90ms,
            .attemptTimeout = 10ms},
        .watchdog = 900ms,
        .liveness = LivenessSpec{.mode = LivenessMode::Exec,
            .command = {u"/srv/orders/bin/ping"_s, u"-q"_s},
            .interval = 50ms,
            .timeout = 11ms,
            .failures = 2},
        .stalledAfter = 60s,
        .onStalled = OnStalled::Restart,
        .critical = true,
        .dependsOn = {{u"importer"_s, DependencyLevel::Started}},
        .group = u"orders"_s,
        .strategy = GroupStrategy::RestForOne,
        .instances = 3,
        .standby = 2};
    QCOMPARE(http.processes.last(), expected);
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

void TestConfigReader::theNameOfASchemaChangesNothing()
{
    const auto config
        = configOf(R"({"$schema": "/usr/share/semper/semper.schema.json", "node": "a"})");
    QVERIFY(config);
    QCOMPARE(*config, *configOf(R"({"node": "a"})"));
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

void TestConfigReader::theShortFormsMeanWhatTheySay()
{
    auto given = surroundings();
    given.processorCount = 6;
    const auto read = [&given](const QByteArray &process) {
        const ConfigResult result = readConfig(R"({"services": {"http": {"type": "http",
            "listen": "127.0.0.1:0", "processes": {"db": {"command": ["x"],
            "restart": {"policy": "never"}}, "p": )"
                + process + "}}}}",
            given);
        const auto *config = std::get_if<ServerConfig>(&result);
        return config ? config->services.first().processes.last() : ProcessSpec();
    };
    const ProcessSpec spec = read(R"({"class": "P", "depends_on": ["db"], "instances": "cpu"})");
    QCOMPARE(spec.dependsOn, (QMap<QString, DependencyLevel>{{u"db"_s, DependencyLevel::Default}}));
    const auto levelOf = [&read](const QByteArray &level) {
        return read(R"({"class": "P", "depends_on": {"db": ")" + level + "\"}}")
            .dependsOn.value(u"db"_s);
    };
    QCOMPARE(levelOf("started"), DependencyLevel::Started);
    QCOMPARE(levelOf("ready"), DependencyLevel::Ready);
    QCOMPARE(levelOf("completed"), DependencyLevel::Completed);
    QCOMPARE(spec.instances, 6);
    QCOMPARE(spec.watchdogPeriod(), 30s);
    QCOMPARE(read(R"({"class": "P", "watchdog_ms": null})").watchdogPeriod(), 0s);
    QCOMPARE(read(R"({"command": ["x"]})").watchdogPeriod(), 0s);
    QCOMPARE(read(R"({"command": ["x"], "instances": 0})").instances, 0);
}

void TestConfigReader::aScheduleIsTakenWithOrWithoutATimeZone()
{
    const auto text = processOf(withProcess(R"("schedule": "0 30 4 * * MON-FRI")"));
    QVERIFY(text);
    QCOMPARE(text->schedule, ScheduleSpec({.cron = u"0 30 4 * * MON-FRI"_s}));
    QCOMPARE(text->overlap, Overlap::Skip);
    const auto object = processOf(withProcess(
        R"("schedule": {"cron": "@daily", "time_zone": "UTC+02:00"}, "overlap": "kill")"));
    QVERIFY(object);
    QCOMPARE(object->schedule, ScheduleSpec({.cron = u"@daily"_s, .timeZone = u"UTC+02:00"_s}));
    QCOMPARE(object->overlap, Overlap::Kill);
}

void TestConfigReader::aProcessWithAScheduleIsNotStartedAgainUnlessItSaysSo()
{
    const auto bare = processOf(withProcess(R"("schedule": "@daily", "restart": {})"));
    QVERIFY(bare);
    QCOMPARE(bare->restart.policy, RestartPolicy::Never);
    const auto retrying
        = processOf(withProcess(R"("schedule": "@daily", "restart": {"policy": "on-failure"})"));
    QVERIFY(retrying);
    QCOMPARE(retrying->restart.policy, RestartPolicy::OnFailure);
}

void TestConfigReader::everyReadyModeIsUnderstood_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<ReadySpec>("spec");
    QTest::newRow("started") << QByteArray(R"("mode": "started")") << ReadySpec{};
    QTest::newRow("notify") << QByteArray(R"("mode": "notify", "timeout_ms": 5)")
                            << ReadySpec{.mode = ReadyMode::Notify, .timeout = 5ms};
    QTest::newRow("tcp") << QByteArray(R"("mode": "tcp", "address": "localhost:80",
                                "interval_ms": 50, "attempt_timeout_ms": 1)")
                         << ReadySpec{.mode = ReadyMode::Tcp,
                                .address = u"localhost:80"_s,
                                .interval = 50ms,
                                .attemptTimeout = 1ms};
    QTest::newRow("tcp, v6") << QByteArray(R"("mode": "tcp", "address": "[::1]:80")")
                             << ReadySpec{.mode = ReadyMode::Tcp, .address = u"[::1]:80"_s};
    QTest::newRow("unix") << QByteArray(R"("mode": "tcp", "address": "unix:run/./s")")
                          << ReadySpec{
                                 .mode = ReadyMode::Tcp, .address = u"unix:/srv/orders/run/s"_s};
    QTest::newRow("http") << QByteArray(R"("mode": "http", "url": "http://[::1]:80/x?y=%20")")
                          << ReadySpec{
                                 .mode = ReadyMode::Http, .url = u"http://[::1]:80/x?y=%20"_s};
    QTest::newRow("exec") << QByteArray(R"("mode": "exec", "command": ["bin/probe", "", "ü"])")
                          << ReadySpec{.mode = ReadyMode::Exec,
                                 .command = {u"/srv/orders/bin/probe"_s, QString(), u"ü"_s}};
    QTest::newRow("log") << QByteArray(R"("mode": "log", "pattern": "^up\\b")")
                         << ReadySpec{.mode = ReadyMode::Log, .pattern = u"^up\\b"_s};
}

void TestConfigReader::everyReadyModeIsUnderstood()
{
    QFETCH(const QByteArray, fields);
    const auto process = processOf(withProcess("\"ready\": {" + fields + "}"));
    QVERIFY(process);
    QTEST(process->ready, "spec");
    QCOMPARE(process->command, QStringList{u"x"_s}); // not that of the probe
}

void TestConfigReader::everyLivenessModeIsUnderstood()
{
    const auto liveness = [](const QByteArray &fields) {
        const auto process = processOf(withProcess("\"liveness\": {" + fields + "}"));
        return process ? process->liveness : std::nullopt;
    };
    QCOMPARE(liveness(R"("mode": "tcp", "address": "unix:run/s")"),
        (LivenessSpec{.mode = LivenessMode::Tcp, .address = u"unix:/srv/orders/run/s"_s}));
    QCOMPARE(liveness(R"("mode": "http", "url": "http:\/\/localhost:8\/up")"),
        (LivenessSpec{.mode = LivenessMode::Http, .url = u"http://localhost:8/up"_s}));
    QCOMPARE(liveness(R"("mode": "exec", "command": ["ping"])"),
        (LivenessSpec{.mode = LivenessMode::Exec, .command = {u"ping"_s}}));
}

void TestConfigReader::whatAnHttpProbeSendsAndExpectsIsUnderstood()
{
    const HttpProbeSpec expected{.headers = {{u"Host"_s, u"shop"_s}, {u"X-Key"_s, QString()}},
        .expectedStatus = {200, 503},
        .expectedBody = u"^OK$"_s,
        .verifyCertificate = true};
    const QByteArray keys = R"("url": "unix:run/..\/run/s:\/up?x=1", "headers": {"Host": "shop",
        "X-Key": ""}, "expected_status": [200, 503], "expected_body": "^OK$",
        "verify_certificate": true})";
    const auto process = processOf(withProcess(
        R"("ready": {"mode": "http", )" + keys + R"(, "liveness": {"mode": "http", )" + keys));
    QVERIFY(process);
    const QString url = u"unix:/srv/orders/run/s:/up?x=1"_s;
    QCOMPARE(process->ready.url, url);
    QCOMPARE(process->ready.http, expected);
    QCOMPARE(process->liveness->url, url);
    QCOMPARE(process->liveness->http, expected);
    const auto one = processOf(
        withProcess(R"("ready": {"mode": "http", "url": "https:\/\/a", "expected_status": 204})"));
    QVERIFY(one);
    QCOMPARE(one->ready.http.expectedStatus, QList<int>{204});
    QCOMPARE(one->ready.http.verifyCertificate, std::nullopt);
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

void TestConfigReader::settingsThatJustFitAWelcomeFrameAreTaken()
{
    const auto errors = [](qsizetype length) {
        return errorsOf(
            withProcess("\"settings\": {\"text\": \"" + QByteArray(length, 'x') + "\"}"));
    };
    const qsizetype fits = maximumFrameBytes
        - encodeFrame(
            makeFrame(frames::welcome,
                {{keys::version, 1}, {keys::heartbeatMs, 2147483647}, {keys::workedMs, 2147483647},
                    {keys::instance, 10000}, {keys::readyMode, u"started"_s},
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
