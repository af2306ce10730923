// SPDX-License-Identifier: GPL-3.0-or-later
#include "configtext.h"

#include "spec/configdiff.h"
#include "spec/specdiff.h"
#include "spec/vocabulary.h"

#include <QTest>

using namespace configtext;

namespace {

ServerConfig read(const QByteArray &json)
{
    const ConfigResult result = readConfig(json, surroundings({}, true));
    if (const auto *errors = std::get_if<ConfigErrors>(&result))
        qFatal("%s", qPrintable(errors->first().toString()));
    return std::get<ServerConfig>(result);
}

ServerConfig configWith(const QByteArray &fields)
{
    return read(withProcess(fields));
}

QStringList told(const ConfigDifference &difference)
{
    QStringList lines;
    const auto sign = [](ChangeKind kind) { return u"+-~"_s.at(int(kind)); };
    for (const ServiceChange &change : difference.services)
        lines.append(sign(change.kind) + change.path().toString());
    for (const ProcessChange &change : difference.processes)
        lines.append(sign(change.kind) + change.path().toString());
    return lines;
}

} // namespace

/// What lies between two configurations.
class TestConfigDiff : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aConfigurationDoesNotDifferFromItself();
    void aKeyIsToldWithItsPlace_data();
    void aKeyIsToldWithItsPlace();
    void theProgramIsComparedToo();
    void everyKeyOfAProcessIsCompared();
    void onlyWhatALaunchCanTakeOverIsLive();
    void manySettingsAreToldAsOne();
    void processesAndServicesComeAndGo();
    void listenersComeGoAndChange();
    void aProcessThatMovesToAnotherServiceIsRestarted();
    void theTopLevelIsTold();
    void whatIsFixedIsTold_data();
    void whatIsFixedIsTold();
};

void TestConfigDiff::aConfigurationDoesNotDifferFromItself()
{
    const ServerConfig config = configWith(R"("settings": {"a": 1})");
    const ConfigDifference difference = differenceOf(config, config);
    QVERIFY(difference.isEmpty());
    QCOMPARE(difference.unchanged, 1);
}

void TestConfigDiff::aKeyIsToldWithItsPlace_data()
{
    QTest::addColumn<QByteArray>("was");
    QTest::addColumn<QByteArray>("is");
    QTest::addColumn<QStringList>("keys");
    QTest::addColumn<bool>("restart");
    const auto row
        = [](const char *name, const QByteArray &was, const QByteArray &is, const QStringList &keys,
              bool restart) { QTest::newRow(name) << was << is << keys << restart; };
    row("settings", R"("settings": {"a": 1, "b": {"c": 2, "d": 3}})",
        R"("settings": {"a": 1, "b": {"c": 4, "e": 5}})",
        {u"settings.b.c"_s, u"settings.b.d"_s, u"settings.b.e"_s}, true);
    row("directory", "", R"("directory": "x")", {u"directory"_s}, true);
    row("environment", R"("environment": {"A": "1", "B": "2"})",
        R"("environment": {"A": "3", "C": "2"})",
        {u"environment.A"_s, u"environment.B"_s, u"environment.C"_s}, true);
    row("environment, a variable that is taken away", R"("environment": {"A": "1"})",
        R"("environment": {"A": "1", "B": null})", {u"environment"_s}, true);
    row("environment_inherit", "", R"("environment_inherit": false)", {u"environment_inherit"_s},
        true);
    row("environment_inherit, a list", R"("environment_inherit": ["A"])",
        R"("environment_inherit": ["A", "B"])", {u"environment_inherit"_s}, true);
    row("environment_file", "", R"("environment_file": "x")", {u"environment_file"_s}, true);
    row("enabled", "", R"("enabled": false)", {u"enabled"_s}, false);
    row("restart", "",
        R"("restart": {"policy": "never", "first_delay_ms": 1, "backoff_ms": 1, "multiplier": 3,
            "backoff_max_ms": 5, "jitter_ratio": 0, "reset_after_ms": 1, "max_restarts": 1,
            "window_ms": 1, "success_codes": [1], "on_failed": "stop-service"})",
        {u"restart.policy"_s, u"restart.first_delay_ms"_s, u"restart.backoff_ms"_s,
            u"restart.multiplier"_s, u"restart.backoff_max_ms"_s, u"restart.jitter_ratio"_s,
            u"restart.reset_after_ms"_s, u"restart.max_restarts"_s, u"restart.window_ms"_s,
            u"restart.success_codes"_s, u"restart.on_failed"_s},
        false);
    row("stop", "",
        R"("stop": {"signal": "INT", "timeout_ms": 1, "leftovers_ms": 1, "scope": "process"})",
        {u"stop.signal"_s, u"stop.timeout_ms"_s, u"stop.leftovers_ms"_s, u"stop.scope"_s}, false);
    row("ready, what", R"("ready": {"mode": "tcp", "address": "127.0.0.1:1"})",
        R"("ready": {"mode": "log", "pattern": "x"})",
        {u"ready.mode"_s, u"ready.address"_s, u"ready.pattern"_s}, true);
    row("ready, url", R"("ready": {"mode": "http", "url": "http://127.0.0.1/a"})",
        R"("ready": {"mode": "http", "url": "http://127.0.0.1/b"})", {u"ready.url"_s}, true);
    row("ready, answer", R"("ready": {"mode": "http", "url": "http://127.0.0.1/a"})",
        R"("ready": {"mode": "http", "url": "http://127.0.0.1/a", "headers": {"X-A": "b"},
            "expected_status": 204, "expected_body": "x", "verify_certificate": true})",
        {u"ready.headers.X-A"_s, u"ready.expected_status"_s, u"ready.expected_body"_s,
            u"ready.verify_certificate"_s},
        true);
    row("ready, command", R"("ready": {"mode": "exec", "command": ["a"]})",
        R"("ready": {"mode": "exec", "command": ["b"]})", {u"ready.command"_s}, true);
    row("ready, how long", R"("ready": {"mode": "tcp", "address": "127.0.0.1:1"})",
        R"("ready": {"mode": "tcp", "address": "127.0.0.1:1", "timeout_ms": 1, "interval_ms": 60,
            "attempt_timeout_ms": 1})",
        {u"ready.timeout_ms"_s, u"ready.interval_ms"_s, u"ready.attempt_timeout_ms"_s}, false);
    row("watchdog_ms", "", R"("watchdog_ms": 5000)", {u"watchdog_ms"_s}, true);
    row("stalled_after_ms", "", R"("stalled_after_ms": 5000)", {u"stalled_after_ms"_s}, true);
    row("liveness", R"("liveness": {"mode": "tcp", "address": "127.0.0.1:1"})",
        R"("liveness": {"mode": "tcp", "address": "127.0.0.1:2"})", {u"liveness"_s}, false);
    row("critical", "", R"("critical": true)", {u"critical"_s}, false);
    row("instances", "", R"("instances": 4)", {u"instances"_s}, false);
    row("group, strategy", "", R"("group": "g", "strategy": "one_for_all")",
        {u"group"_s, u"strategy"_s}, false);
    row("limits", "",
        R"("memory_max_bytes": 1, "cpu_max_ratio": 1, "max_age_ms": 1, "nice": 1,
            "umask": "0027", "user": "1", "run_as_group": "1")",
        {u"memory_max_bytes"_s, u"cpu_max_ratio"_s, u"max_age_ms"_s, u"nice"_s, u"umask"_s,
            u"user"_s, u"run_as_group"_s},
        true);
    row("output_limits", R"("output_limits": {})",
        R"("output_limits": {"read_max_bytes_per_s": 5000, "read_max_lines_per_s": 50})",
        {u"output_limits.read_max_bytes_per_s"_s, u"output_limits.read_max_lines_per_s"_s}, false);
    row("rlimits", R"("rlimits": {"core": 0})", R"("rlimits": {"core": 0, "nofile": 10})",
        {u"rlimits.nofile"_s}, true);
}

void TestConfigDiff::aKeyIsToldWithItsPlace()
{
    QFETCH(const QByteArray, was);
    QFETCH(const QByteArray, is);
    QFETCH(const QStringList, keys);
    QFETCH(const bool, restart);
    const ConfigDifference difference = differenceOf(configWith(was), configWith(is));
    QCOMPARE(difference.processes.size(), 1);
    const ProcessChange &change = difference.processes.first();
    QCOMPARE(change.keys, keys);
    QCOMPARE(change.needsRestart, restart);
    QCOMPARE(change.path().toString(), u"$.services.http.processes.p"_s);
    QCOMPARE(change.spec, configWith(is).services.first().processes.first());
    QCOMPARE(difference.unchanged, 0);
}

void TestConfigDiff::theProgramIsComparedToo()
{
    ProcessSpec is;
    is.className = u"C"_s;
    is.command = QStringList{u"x"_s};
    is.dependsOn.insert(u"a"_s, DependencyLevel::Ready);
    const SpecDifference difference = differenceOf(ProcessSpec(), is);
    QCOMPARE(difference.keys, (QStringList{u"class"_s, u"command"_s, u"depends_on.a"_s}));
    QVERIFY(difference.needsRestart);
}

// A new key is to be compared in specdiff.cpp, to have a row above, and to stand here: a change of
// one that is compared nowhere is told as "..." and restarts.
void TestConfigDiff::everyKeyOfAProcessIsCompared()
{
    const QStringList compared{u"class"_s, u"command"_s, u"settings"_s, u"directory"_s,
        u"environment"_s, u"environment_file"_s, u"environment_inherit"_s, u"enabled"_s,
        u"restart"_s, u"stop"_s, u"ready"_s, u"watchdog_ms"_s, u"stalled_after_ms"_s,
        u"on_stalled"_s, u"liveness"_s, u"critical"_s, u"depends_on"_s, u"instances"_s, u"group"_s,
        u"strategy"_s, u"rlimits"_s, u"nice"_s, u"umask"_s, u"user"_s, u"run_as_group"_s,
        u"memory_max_bytes"_s, u"cpu_max_ratio"_s, u"max_age_ms"_s, u"standby"_s, u"schedule"_s,
        u"overlap"_s, u"output_limits"_s};
    for (const QString &key : configKeys(ConfigObject::Process).known)
        QVERIFY2(compared.contains(key), qPrintable(key));
}

void TestConfigDiff::onlyWhatALaunchCanTakeOverIsLive()
{
    ProcessSpec was;
    was.command = QStringList{u"x"_s};
    ProcessSpec is;
    is.command = QStringList{u"y"_s};
    is.stop.timeout = std::chrono::milliseconds(7);
    const SpecDifference difference = differenceOf(was, is);
    ProcessSpec live = was;
    live.stop = is.stop;
    QCOMPARE(difference.live, live);
}

void TestConfigDiff::manySettingsAreToldAsOne()
{
    QByteArray settings;
    for (int i = 0; i < 100; ++i)
        settings += (i > 0 ? ", \"" : "\"") + QByteArray::number(i) + "\": 1";
    const ConfigDifference difference
        = differenceOf(configWith({}), configWith("\"settings\": {" + settings + '}'));
    QCOMPARE(difference.processes.first().keys, QStringList{u"settings"_s});
}

void TestConfigDiff::processesAndServicesComeAndGo()
{
    const ServerConfig was = read(R"({"services": {
        "one": {"type": "http", "listen": "127.0.0.1:1", "processes": {"a": {"command": ["x"]}}},
        "two": {"type": "http", "listen": "127.0.0.1:2", "processes": {"b": {"command": ["x"]}}}
    }})");
    const ServerConfig is = read(R"({"services": {
        "two": {"type": "http", "listen": "127.0.0.1:3", "processes": {"b": {"command": ["x"]}}},
        "three": {"type": "http", "listen": "unix:x", "processes": {"c": {"command": ["x"]}}}
    }})");
    QCOMPARE(told(differenceOf(was, is)),
        (QStringList{u"-$.services.one"_s, u"+$.services.three"_s, u"~$.services.two.listen"_s,
            u"-$.services.one.processes.a"_s, u"+$.services.three.processes.c"_s}));
    QCOMPARE(differenceOf(was, is).unchanged, 1);
}

void TestConfigDiff::listenersComeGoAndChange()
{
    const ServerConfig was = read(R"({"services": {"s": {"type": "tcp", "listen": "127.0.0.1:1",
        "framing": "raw", "limits": {"connections": 5}, "listeners": {
            "gone": {"listen": "127.0.0.1:2"},
            "kept": {"listen": "127.0.0.1:3"},
            "moved": {"listen": "127.0.0.1:4"}
    }}}})");
    const ServerConfig is = read(R"({"services": {"s": {"type": "tcp", "listen": "127.0.0.1:1",
        "tls": {"certificate": "a", "key": "b"}, "limits": {"connections": 6}, "listeners": {
            "fresh": {"listen": "127.0.0.1:2"},
            "kept": {"listen": "127.0.0.1:3"},
            "moved": {"listen": "unix:x", "framing": "length"}
    }}}})");
    QCOMPARE(told(differenceOf(was, is)),
        (QStringList{u"~$.services.s.tls"_s, u"~$.services.s.framing"_s,
            u"+$.services.s.listeners.fresh"_s, u"-$.services.s.listeners.gone"_s,
            u"~$.services.s.listeners.moved.listen"_s, u"~$.services.s.listeners.moved.framing"_s,
            u"~$.services.s.limits"_s}));
    QVERIFY(differenceOf(was, is).fixed.isEmpty());
    QCOMPARE(told(differenceOf(is, is)), QStringList());
}

void TestConfigDiff::aProcessThatMovesToAnotherServiceIsRestarted()
{
    const QByteArray place = R"({"services": {
        "one": {"type": "http", "listen": "127.0.0.1:1", "processes": {%1}},
        "two": {"type": "http", "listen": "127.0.0.1:2", "processes": {%2}}}})";
    const QByteArray process = R"("a": {"command": ["x"]})";
    const auto config = [&](const QByteArray &one, const QByteArray &two) {
        return read(QByteArray(place).replace("%1", one).replace("%2", two));
    };
    const ConfigDifference difference = differenceOf(config(process, {}), config({}, process));
    QCOMPARE(difference.processes.size(), 1);
    QCOMPARE(difference.processes.first().kind, ChangeKind::Changed);
    QCOMPARE(difference.processes.first().keys, QStringList{u"service"_s});
    QCOMPARE(difference.processes.first().service, u"two"_s);
    QVERIFY(difference.processes.first().needsRestart);
}

void TestConfigDiff::theTopLevelIsTold()
{
    const ConfigDifference difference
        = differenceOf(read("{}"), read(R"({"control": {"listen": "127.0.0.1:5"},
            "plugin_directories": ["x"], "service_loop": {"watchdog_ms": null},
            "journal": {"max_age_ms": 5000},
            "shutdown_timeout_ms": 5})"));
    QCOMPARE(difference.server,
        (QStringList{u"control.listen"_s, u"plugin_directories"_s, u"shutdown_timeout_ms"_s,
            u"service_loop"_s, u"journal"_s}));
    QVERIFY(difference.fixed.isEmpty());
}

void TestConfigDiff::whatIsFixedIsTold_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("path");
    QTest::newRow("node") << QByteArray(R"({"node": "x", "state_directory": "/state/thishost"})")
                          << u"$.node"_s;
    QTest::newRow("state") << QByteArray(R"({"state_directory": "/x"})") << u"$.state_directory"_s;
}

void TestConfigDiff::whatIsFixedIsTold()
{
    QFETCH(const QByteArray, json);
    QFETCH(const QString, path);
    const ConfigDifference difference = differenceOf(read("{}"), read(json));
    QCOMPARE(difference.fixed.size(), 1);
    QCOMPARE(difference.fixed.first().path, path);
    QVERIFY(!difference.isEmpty());
}

QTEST_GUILESS_MAIN(TestConfigDiff)
#include "tst_configdiff.moc"
