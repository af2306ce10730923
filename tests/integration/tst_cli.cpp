// SPDX-License-Identifier: GPL-3.0-or-later
// The program `semper` as people and scripts call it: first against a hub that the test plays,
// where every moment can be arranged, then against a real server.
#include "protocol/controlcharacters.h"
#include "protocol/keys.h"
#include "protocol/processstatus.h"
#include "support/scriptedhub.h"

#include <QDir>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <chrono>
#include <csignal>
#include <memory>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

constexpr int patienceMs = 20'000;

constexpr uid_t strangersId = 65533;

/// Another user's process that listens at \a path. Says "bound", then what the first peer sent;
/// answers it with an error.
void listenAsStranger(QProcess &process, const QString &path)
{
    process.start(u"python3"_s,
        {u"-c"_s, uR"(
import os, socket, sys
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o666); s.listen()
print('bound', flush=True)
peer = s.accept()[0]
print('heard', peer.recv(1000).decode().strip(), flush=True)
peer.sendall(b'{"type":"error","code":"x","detail":"nothing to say"}\n')
)"_s,
            path, QString::number(strangersId)});
}

QString program()
{
    return qEnvironmentVariable("SEMPER_TEST_BIN") + u"/semper"_s;
}

struct Outcome
{
    int code = -1;
    QString output;
    QString errors;
};

/// A process whose sockets and files are all below one folder.
std::unique_ptr<QProcess> prepare(const QString &folder, const QStringList &words)
{
    auto process = std::make_unique<QProcess>();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char *name :
        {"XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_STATE_HOME", "HOME"})
        environment.insert(QLatin1StringView(name), folder);
    environment.insert(u"LC_ALL"_s, u"C.UTF-8"_s);
    process->setProcessEnvironment(environment);
    process->setWorkingDirectory(folder);
    process->setProgram(program());
    process->setArguments(words);
    return process;
}

/// Runs `semper` to its end; events of the test go on being handled meanwhile.
Outcome semperIn(const QString &folder, const QStringList &words)
{
    const auto process = prepare(folder, words);
    process->start();
    if (!QTest::qWaitFor([&] { return process->state() == QProcess::NotRunning; }, patienceMs)) {
        process->kill();
        process->waitForFinished();
        return {.output = {}, .errors = u"did not end"_s};
    }
    return {.code = process->exitStatus() == QProcess::NormalExit ? process->exitCode() : -2,
        .output = QString::fromUtf8(process->readAllStandardOutput()),
        .errors = QString::fromUtf8(process->readAllStandardError())};
}

ProcessStatus running(const QString &name, qint64 pid)
{
    ProcessStatus status;
    status.name = name;
    status.state = ProcessPhase::Running;
    status.ready = true;
    status.pid = pid;
    status.startedAt = QDateTime::currentDateTimeUtc();
    return status;
}

ProcessStatus in(
    ProcessPhase state, const QString &name, const std::optional<Cause> &cause = std::nullopt)
{
    ProcessStatus status;
    status.name = name;
    status.state = state;
    status.cause = cause;
    return status;
}

} // namespace

class TestCli : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void wrongUsageIsTwo_data();
    void wrongUsageIsTwo();
    void helpIsThereAtEachLevel_data();
    void helpIsThereAtEachLevel();
    void checkTellsWhatItChecked();
    void checkWarnsOfWhatIsNotHere();
    void tellsWhenItsOutputIsFull();
    void checkTellsEveryError();
    void checkKnowsWhichClassesThereAre();
    void checkLoadsPluginsWhereItIsAskedTo();
    void checkTellsWhatIsMissingBesideWhatIsWrong();
    void noServerIsThree();
    void aSocketLeftOverFromADeadServerIsNone();
    void severalServersAreListed();
    void aMuteServerDoesNotHoldACommandForEver();
    void statusShowsThousandsOfProcesses();
    void whatAProcessSaysCannotSteerTheTerminal_data();
    void whatAProcessSaysCannotSteerTheTerminal();
    void statusOfAnUnknownNameNamesTheNearest();
    void aRefusalIsToldWithItsCode_data();
    void aRefusalIsToldWithItsCode();
    void restartWaitsForAnotherLaunch();
    void startFailsWithTheReason();
    void restartOfSeveralEndsWhenOneFails();
    void whoWaitsForWhatNeverComesIsNotWaitedFor_data();
    void whoWaitsForWhatNeverComesIsNotWaitedFor();
    void noWaitReturnsAtOnce();
    void waitGivesUpInTimeAndSaysWhy();
    void aServerThatGoesAwayIsThree();
    void aRealServerDoesWhatItIsTold();
    void runPrintsFramesAsJson();
    void rootDoesNotServeInAFolderOfSomebodyElse();
    void devTellsRootAtOnceWhatItCannotUse();
    void aStrangersServerIsNotBelieved_data();
    void aStrangersServerIsNotBelieved();
    void aStrangersFolderHasNoServer();

private:
    Outcome semper(const QStringList &words) { return semperIn(m_folder->path(), words); }
    QString path(const QString &name) const { return m_folder->filePath(name); }
    QString write(const QByteArray &json) const
    {
        QFile file(path(u"semper.json"_s));
        return file.open(QIODevice::WriteOnly) && file.write(json) == json.size() ? file.fileName()
                                                                                  : QString();
    }
    /// Where `semper` finds it by itself.
    std::unique_ptr<ScriptedHub> hub(const QList<ProcessStatus> &processes)
    {
        auto hub = std::make_unique<ScriptedHub>();
        if (!hub->listen(path(u"semper/fake.sock"_s)))
            qFatal("the scripted hub cannot listen");
        hub->setProcesses(processes);
        return hub;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestCli::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(QDir(m_folder->path()).mkdir(u"semper"_s));
}

void TestCli::cleanup()
{
    m_folder.reset();
}

void TestCli::wrongUsageIsTwo_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("complaint");
    QTest::newRow("unknown command")
        << QStringList{u"statsu"_s} << u"semper: no command 'statsu'; did you mean 'status'?"_s;
    for (const QString &later : {u"logs"_s, u"why"_s})
        QTest::newRow(qPrintable(later))
            << QStringList{later, u"x"_s} << u"semper: '%1' is not available yet"_s.arg(later);
    QTest::newRow("unknown option") << QStringList{
        u"status"_s, u"--jsn"_s} << u"semper status: unknown option --jsn; did you mean --json?"_s;
    QTest::newRow("no selector") << QStringList{u"stop"_s}
                                 << u"semper stop: needs names of processes, or --all"_s;
    QTest::newRow("both") << QStringList{u"stop"_s, u"a"_s, u"--all"_s}
                          << u"semper stop: either --all or names of processes, not both"_s;
    QTest::newRow("wait for what") << QStringList{u"wait"_s, u"a"_s, u"--for"_s, u"rain"_s}
                                   << u"semper wait: --for needs ready, up, down or done"_s;
    QTest::newRow("time-out") << QStringList{u"wait"_s, u"a"_s, u"--timeout-ms"_s,
        u"5s"_s} << u"semper wait: --timeout-ms needs a whole number from 0 to 1000000000"_s;
    QTest::newRow("since when") << QStringList{u"events"_s, u"--since"_s, u"noon"_s}
                                << u"semper events: --since needs 90s, 5m, 1h, 2d or a time such "
                                   "as 2026-11-30T16:50:23"_s;
    QTest::newRow("no class") << QStringList{u"run"_s} << u"semper run: needs CLASS"_s;
    QTest::newRow("no name") << QStringList{u"new"_s} << u"semper new: needs NAME"_s;
    for (const QString &bad : {u"Orders"_s, u"../orders"_s, u"-"_s, u"a b"_s, QString(65, u'a')})
        QTest::addRow("new %s", qPrintable(bad)) << QStringList{u"new"_s, bad}
                                                 << u"semper new: \"%1\" is no name: at most 64 of "
                                                    "a-z, 0-9, '_', '.' and '-'"_s.arg(bad);
    QTest::newRow("check operand")
        << QStringList{u"check"_s, u"x.json"_s} << u"semper check: does not understand 'x.json'"_s;
    QTest::newRow("serve option") << QStringList{u"serve"_s, u"--dmeo"_s}
                                  << u"semper serve: unknown option --dmeo; did you mean --demo?"_s;
    QTest::newRow("serve behind an option") << QStringList{u"--socket"_s, u"/x"_s, u"serve"_s,
        u"--dmeo"_s} << u"semper serve: unknown option --dmeo; did you mean --demo?"_s;
    QTest::newRow("no configuration") << QStringList{u"serve"_s} << u"no configuration found"_s;
    QTest::newRow("no such file") << QStringList{u"check"_s, u"--config"_s, u"/no.json"_s}
                                  << u"there is no file /no.json"_s;
}

void TestCli::wrongUsageIsTwo()
{
    QFETCH(const QStringList, words);
    QFETCH(const QString, complaint);
    const Outcome outcome = semper(words);
    QCOMPARE(outcome.code, 2);
    QVERIFY2(outcome.errors.startsWith(complaint), qPrintable(outcome.errors));
    QCOMPARE(outcome.output, QString());
}

void TestCli::helpIsThereAtEachLevel_data()
{
    QTest::addColumn<QString>("command");
    QTest::newRow("semper") << QString();
    for (const char *command : {"serve", "check", "status", "start", "stop", "restart", "reset",
             "wait", "signal", "scale", "classes", "run", "new"})
        QTest::newRow(command) << QString::fromLatin1(command);
}

void TestCli::helpIsThereAtEachLevel()
{
    QFETCH(const QString, command);
    QStringList words{u"--help"_s};
    if (!command.isEmpty())
        words.prepend(command);
    const Outcome help = semper(words);
    QCOMPARE(help.code, 0);
    QVERIFY(help.output.startsWith(QString(u"Usage: semper "_s + command).trimmed()));
    QCOMPARE(help.errors, QString());
    words.last() = u"--version"_s;
    const Outcome version = semper(words);
    QCOMPARE(version.code, 0);
    QVERIFY(version.output.startsWith(u"semper 0."_s));
}

void TestCli::checkTellsWhatItChecked()
{
    const QString file = write(R"({"state_directory": "/srv/state",
        "journal": {"max_bytes": 2097152, "max_age_ms": 172800000},
        "services": {"http": {"type": "http", "listen": "127.0.0.1:0",
        "processes": {"a": {"command": ["sh"]}, "b": {"command": ["/bin/sh"]}}}}})");
    const Outcome outcome = semper({u"check"_s, u"--config"_s, file});
    QCOMPARE(outcome.errors, QString());
    QCOMPARE(outcome.output,
        u"semper.json: ok, 1 service, 2 processes\n"
        "journal: up to 2.0 MiB, 2 d, in /srv/state\n"_s);
    QCOMPARE(outcome.code, 0);
}

void TestCli::checkWarnsOfWhatIsNotHere()
{
    const QString file = write(R"({"plugin_directories": ["nowhere"],
        "services": {"http": {"type": "http", "listen": "127.0.0.1:0", "processes": {
            "a": {"command": ["no-such-program"]}, "b": {"command": ["./semper.json"]},
            "c": {"command": ["sh"], "directory": "/no/such/folder"},
            "d": {"command": ["/no/such/program"], "enabled": false}}}}})");
    const Outcome outcome = semper({u"check"_s, u"--config"_s, file});
    QCOMPARE(outcome.code, 0);
    const QStringList lines = outcome.errors.split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 4);
    QVERIFY(lines.at(0).startsWith(u"warning: $.plugin_directories[0]: no folder"_s));
    QVERIFY(lines.at(1).startsWith(
        u"warning: $.services.http.processes.a.command[0]: no program \"no-such-program\" in PATH ("_s));
    QVERIFY(lines.at(2).startsWith(u"warning: $.services.http.processes.b.command[0]: \"/"_s));
    QVERIFY(lines.at(2).endsWith(u"/semper.json\" is not executable"_s));
    QCOMPARE(lines.at(3),
        u"warning: $.services.http.processes.c.directory: no folder \"/no/such/folder\""_s);
}

void TestCli::tellsWhenItsOutputIsFull()
{
    QProcess process;
    process.setStandardOutputFile(u"/dev/full"_s);
    process.start(program(), {u"help"_s});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 1);
    QCOMPARE(QString::fromUtf8(process.readAllStandardError()),
        u"semper: standard output: No space left on device\n"_s);
}

void TestCli::checkTellsEveryError()
{
    const QString file = write(R"({"nodes": "a", "services": []})");
    const Outcome text = semper({u"--config"_s, file, u"check"_s});
    QCOMPARE(text.code, 1);
    QVERIFY(text.errors.contains(u"$.nodes: unknown key \"nodes\"; did you mean \"node\"?"_s));
    QVERIFY(text.errors.contains(u"$.services: must be an object, not a list"_s));

    const Outcome json = semper({u"check"_s, u"--json"_s, u"--config"_s, file});
    QCOMPARE(json.code, 1);
    const QJsonObject report = QJsonDocument::fromJson(json.output.toUtf8()).object();
    QCOMPARE(report.value(keys::ok), QJsonValue(false));
    QCOMPARE(report.value(u"errors"_s).toArray().at(1).toObject().value(u"path"_s).toString(),
        u"$.services"_s);
}

void TestCli::checkKnowsWhichClassesThereAre()
{
    const QString file = write(R"({"services": {"http": {"type": "http", "listen": "127.0.0.1:0",
        "processes": {"a": {"class": "NoSuchProcess"}}}}})");
    const Outcome outcome = semper({u"check"_s, u"--config"_s, file});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(
        outcome.errors.contains(u"$.services.http.processes.a.class: no class NoSuchProcess"_s),
        qPrintable(outcome.errors));
}

void TestCli::checkLoadsPluginsWhereItIsAskedTo()
{
    const QString file
        = write(uR"({"plugin_directories": ["%1/tests/unloadable", "%1/tests/plugins"],
        "services": {"http": {"type": "http", "listen": "127.0.0.1:0", "processes": {
            "a": {"class": "test::Unloadable"}, "b": {"class": "test::Echo"}}}}})"_s
                    .arg(qEnvironmentVariable("SEMPER_TEST_BUILD"))
                    .toUtf8());
    QCOMPARE(semper({u"check"_s, u"--config"_s, file}).code, 0);
    const Outcome outcome = semper({u"check"_s, u"--load"_s, u"--config"_s, file});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.errors.contains(u"1 error"_s)
            && outcome.errors.contains(
                u"processes.a.class: class test::Unloadable cannot be loaded: "_s)
            && outcome.errors.contains(u"missing"_s),
        qPrintable(outcome.errors));
}

void TestCli::checkTellsWhatIsMissingBesideWhatIsWrong()
{
    const QString file = write(R"({"nodes": "a", "services": {"http": {"type": "http",
        "listen": "127.0.0.1:0", "processes": {
            "a": {"class": "NoSuchProcess", "instnces": 2},
            "b": {"command": ["no-such-program"], "schedule": "@dayly"},
            "c": {"class": "no name"},
            "d": {"command": ["sh"], "user": "no-such-user", "umask": "9"}}}}})");
    const Outcome outcome = semper({u"check"_s, u"--config"_s, file});
    QCOMPARE(outcome.code, 1);
    QStringList lines = outcome.errors.split(u'\n', Qt::SkipEmptyParts);
    const QString at = u"$.services.http.processes."_s;
    QVERIFY(lines.value(0).startsWith(
        u"warning: %1b.command[0]: no program \"no-such-program\" in PATH ("_s.arg(at)));
    QCOMPARE(lines.value(1), file + u": 7 errors"_s);
    QStringList paths;
    for (const QString &line : lines.sliced(2))
        paths.append(line.trimmed().section(u": "_s, 0, 0));
    QCOMPARE(paths,
        (QStringList{u"$.nodes"_s, at + u"a.instnces"_s, at + u"b.schedule"_s, at + u"c.class"_s,
            at + u"d.umask"_s, at + u"a.class"_s, at + u'd'}));
    // So does who is to run it.
    const Outcome serve = semper({u"serve"_s, u"--config"_s, file});
    QCOMPARE(serve.code, 1);
    QCOMPARE(serve.errors.split(u'\n', Qt::SkipEmptyParts), lines.sliced(1));
}

void TestCli::noServerIsThree()
{
    const Outcome none = semper({u"status"_s});
    QCOMPARE(none.code, 3);
    QVERIFY(none.errors.startsWith(u"no server is running here"_s));
    const Outcome named = semper({u"status"_s, u"--socket"_s, path(u"no.sock"_s)});
    QCOMPARE(named.code, 3);
    QVERIFY(named.errors.startsWith(u"no server reached at "_s + path(u"no.sock"_s)));
}

void TestCli::aSocketLeftOverFromADeadServerIsNone()
{
    QFile stale(path(u"semper/stale.sock"_s));
    {
        QProcess holder; // binds the path and is killed, so that nobody removes it
        holder.start(u"python3"_s,
            {u"-c"_s,
                u"import socket,sys,time; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); "
                "s.listen(); print('bound', flush=True); time.sleep(60)"_s,
                stale.fileName()});
        QTRY_VERIFY_WITH_TIMEOUT(holder.canReadLine(), patienceMs);
        holder.kill();
        QTRY_COMPARE_WITH_TIMEOUT(holder.state(), QProcess::NotRunning, patienceMs);
    }
    QVERIFY(stale.exists());
    QCOMPARE(semper({u"status"_s}).code, 3);
    const auto live = hub({running(u"monitor"_s, 1)});
    QCOMPARE(semper({u"status"_s}).code, 0);
}

void TestCli::severalServersAreListed()
{
    const auto one = hub({});
    ScriptedHub other;
    QVERIFY(other.listen(path(u"semper/other.sock"_s)));
    const Outcome outcome = semper({u"status"_s});
    QCOMPARE(outcome.code, 2);
    QVERIFY(outcome.errors.contains(path(u"semper/fake.sock"_s)));
    QVERIFY(outcome.errors.contains(path(u"semper/other.sock"_s)));
    QCOMPARE(semper({u"status"_s, u"--socket"_s, path(u"semper/fake.sock"_s)}).code, 0);
    const QString file = write(R"({"node": "fake"})");
    QCOMPARE(semper({u"status"_s, u"--config"_s, file}).code, 0);
}

void TestCli::aMuteServerDoesNotHoldACommandForEver()
{
    const auto fake = hub({});
    fake->freeze();
    const Outcome outcome = semper({u"status"_s});
    QCOMPARE(outcome.code, 3);
    QVERIFY(outcome.errors.contains(u"does not answer"_s));
}

void TestCli::statusShowsThousandsOfProcesses()
{
    QList<ProcessStatus> processes;
    for (int i = 0; i < 800; ++i)
        processes.append(running(u"p%1"_s.arg(i, 4, 10, QChar(u'0')), 1000 + i));
    const auto fake = hub(processes);
    const Outcome json = semper({u"status"_s, u"--json"_s});
    QCOMPARE(json.code, 0);
    const QJsonArray list = QJsonDocument::fromJson(json.output.toUtf8()).array();
    QCOMPARE(list.size(), 800);
    QCOMPARE(list.at(7), QJsonValue(processes.at(7).toJson()));

    const Outcome table = semper({u"status"_s});
    QCOMPARE(table.output.count(u'\n'), 802);
    QVERIFY(table.output.startsWith(
        u"orders-1: up 5 s, http on 127.0.0.1:18306 (2 connections)\nSTATE"_s));
    QVERIFY(!table.output.contains(u'\x1b'));
    const Outcome one = semper({u"status"_s, u"--json"_s, u"p0042"_s});
    QCOMPARE(QJsonDocument::fromJson(one.output.toUtf8()).array().size(), 1);
}

void TestCli::whatAProcessSaysCannotSteerTheTerminal_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::newRow("table") << QStringList{u"status"_s};
    QTest::newRow("JSON") << QStringList{u"status"_s, u"--json"_s};
    QTest::newRow("stop") << QStringList{u"stop"_s, u"monitor"_s};
    QTest::newRow("no such process") << QStringList{u"status"_s, u"\u009B\u202E"_s};
    QTest::newRow("no such option") << QStringList{u"status"_s, u"--\u009B\u202E"_s};
}

void TestCli::whatAProcessSaysCannotSteerTheTerminal()
{
    QFETCH(const QStringList, command);
    const QString evil = u"\x1b[2J\x7f\u009B31m\u202Elive\u2066\U000E0041"_s;
    ProcessStatus status = running(u"monitor"_s, 1);
    status.status = evil;
    status.title = evil;
    status.reason = evil;
    status.command = {evil};
    const auto fake = hub({status});
    fake->refuse(evil, u"shutting_down"_s);
    const Outcome outcome = semper(command);
    for (const QString &text : {outcome.output, outcome.errors})
        QCOMPARE(withoutControls(text, u"\n"), text);
    if (!command.contains(u"--json"_s))
        return;
    const QJsonArray list = QJsonDocument::fromJson(outcome.output.toUtf8()).array();
    QCOMPARE(list, QJsonArray{status.toJson()});
}

void TestCli::statusOfAnUnknownNameNamesTheNearest()
{
    const auto fake = hub({running(u"monitor"_s, 1)});
    const Outcome outcome = semper({u"status"_s, u"moniter"_s});
    QCOMPARE(outcome.code, 1);
    QCOMPARE(outcome.errors, u"no process \"moniter\"; did you mean \"monitor\"?\n"_s);
}

void TestCli::aRefusalIsToldWithItsCode_data()
{
    QTest::addColumn<QString>("error");
    QTest::addColumn<int>("code");
    QTest::newRow("not allowed") << u"not_allowed"_s << 4;
    QTest::newRow("shutting down") << u"shutting_down"_s << 1;
}

void TestCli::aRefusalIsToldWithItsCode()
{
    QFETCH(const QString, error);
    const auto fake = hub({running(u"monitor"_s, 1)});
    fake->refuse(u"because"_s, error);
    const Outcome outcome = semper({u"stop"_s, u"monitor"_s});
    QTEST(outcome.code, "code");
    QCOMPARE(outcome.errors, u"monitor: because\n"_s);
}

void TestCli::restartWaitsForAnotherLaunch()
{
    const auto fake = hub({running(u"monitor"_s, 1), running(u"other"_s, 5)});
    fake->whenCommanded([&fake] {
        fake->setProcess(in(ProcessPhase::Stopping, u"monitor"_s));
        fake->setProcess(in(ProcessPhase::Starting, u"monitor"_s));
        fake->setProcess(running(u"monitor"_s, 2));
    });
    const Outcome outcome = semper({u"restart"_s, u"monitor"_s});
    QCOMPARE(outcome.errors, QString());
    QCOMPARE(outcome.output, u"monitor: running, pid 2\n"_s);
    QCOMPARE(outcome.code, 0);
    QCOMPARE(fake->commands(), QList<ScriptedHub::Command>({{u"restart"_s, u"monitor"_s}}));
}

void TestCli::startFailsWithTheReason()
{
    const auto fake = hub({in(ProcessPhase::Stopped, u"importer"_s)});
    fake->whenCommanded([&fake] {
        fake->setProcess(in(ProcessPhase::Starting, u"importer"_s));
        fake->setProcess(in(ProcessPhase::Failed, u"importer"_s,
            cause::GaveUp{
                .restarts = 5, .window = 60s, .because = Cause(cause::Exited{.exitCode = 3})}));
    });
    const Outcome outcome = semper({u"start"_s, u"--all"_s});
    QCOMPARE(outcome.code, 1);
    QCOMPARE(outcome.errors,
        u"importer: failed: exited with code 3 (more than 5 restarts in 1 min)\n"_s);
}

void TestCli::restartOfSeveralEndsWhenOneFails()
{
    QList<ProcessStatus> three{running(u"w"_s, 1), running(u"w"_s, 2), running(u"w"_s, 3)};
    three[1].instance = 1;
    three[2] = in(ProcessPhase::Failed, u"w"_s, cause::Exited{.exitCode = 1}); // restarted first
    three[2].instance = 2;
    const auto fake = hub(three);
    fake->whenCommanded([&] {
        ProcessStatus again = three[2];
        again.state = ProcessPhase::Starting;
        again.pid = 4;
        fake->setProcess(again);
        again = three[2];
        again.lastExit = ExitReport{.at = QDateTime::currentDateTimeUtc(), .code = 1};
        fake->setProcess(again);
    });
    const Outcome outcome = semper({u"restart"_s, u"w"_s});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.errors.contains(u"w:2: failed: exited with code 1\n"_s),
        qPrintable(outcome.errors));
    QVERIFY2(outcome.errors.contains(u"w:1: left as it is: another instance has failed\n"_s),
        qPrintable(outcome.errors));
}

void TestCli::whoWaitsForWhatNeverComesIsNotWaitedFor_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<QString>("how");
    for (const QString &how : {u"has failed"_s, u"is stopped"_s})
        for (const QString &command : {u"wait"_s, u"start"_s, u"restart"_s})
            QTest::addRow("%s, %s", qPrintable(command), qPrintable(how))
                << QStringList{command, u"top"_s} << how;
}

void TestCli::whoWaitsForWhatNeverComesIsNotWaitedFor()
{
    QFETCH(const QStringList, command);
    QFETCH(const QString, how);
    const auto state = how == u"is stopped"_s ? ProcessPhase::Stopped : ProcessPhase::Failed;
    const auto fake = hub({in(ProcessPhase::Failed, u"db"_s, cause::Exited{.exitCode = 1}),
        in(ProcessPhase::Waiting, u"mid"_s, cause::Waiting{.process = u"db"_s, .state = state}),
        in(ProcessPhase::Waiting, u"top"_s,
            cause::Waiting{.process = u"mid"_s, .state = ProcessPhase::Waiting})});
    const Outcome outcome = semper(command);
    QCOMPARE(outcome.errors,
        u"top: waits for mid, which waits too, mid: waiting: waits for db, which %1\n"_s.arg(how));
    QCOMPARE(outcome.code, 1);
}

void TestCli::noWaitReturnsAtOnce()
{
    const auto fake = hub({running(u"a"_s, 1), running(u"b"_s, 2)});
    const Outcome outcome = semper({u"stop"_s, u"--no-wait"_s, u"a"_s, u"b"_s});
    QCOMPARE(outcome.code, 0);
    QCOMPARE(
        fake->commands(), QList<ScriptedHub::Command>({{u"stop"_s, u"a"_s}, {u"stop"_s, u"b"_s}}));
}

void TestCli::waitGivesUpInTimeAndSaysWhy()
{
    ProcessStatus status = in(ProcessPhase::Backoff, u"a"_s, cause::Exited{.exitCode = 3});
    const auto fake = hub({status});
    const Outcome outcome = semper({u"wait"_s, u"a"_s, u"--timeout-ms"_s, u"50"_s});
    QCOMPARE(outcome.code, 1);
    QCOMPARE(outcome.errors, u"a: time is up, still backoff: exited with code 3\n"_s);
}

void TestCli::aServerThatGoesAwayIsThree()
{
    const auto fake = hub({running(u"monitor"_s, 1)});
    fake->whenCommanded([&fake] { fake->die(); });
    const Outcome outcome = semper({u"stop"_s, u"monitor"_s});
    QCOMPARE(outcome.code, 3);
    QVERIFY2(outcome.errors.startsWith(u"lost "_s), qPrintable(outcome.errors));
}

void TestCli::aRealServerDoesWhatItIsTold()
{
    const QString file = write(R"({"node": "real", "control": {"listen": "127.0.0.1:0"},
        "state_directory": "state", "services": {"http": {"type": "http",
        "listen": "127.0.0.1:0", "processes": {
            "sleeper": {"command": ["sleep", "1000"]},
            "once": {"command": ["true"], "restart": {"policy": "never"}},
            "yearly": {"command": ["true"], "schedule": "0 0 1 1 *"},
            "broken": {"command": ["sh", "-c", "exit 3"],
                "restart": {"max_restarts": 1, "backoff_ms": 1, "backoff_max_ms": 1}}}}}})");
    const auto server = prepare(m_folder->path(), {u"serve"_s, u"--config"_s, file});
    server->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    server->start();
    QByteArray output;
    QTRY_VERIFY_WITH_TIMEOUT(
        (output += server->readAllStandardOutput()).contains("\nready"), patienceMs);

    QCOMPARE(semper({u"wait"_s, u"sleeper"_s}).code, 0);
    QCOMPARE(semper({u"wait"_s, u"once"_s, u"--for"_s, u"done"_s}).code, 0);
    QCOMPARE(semper({u"wait"_s, u"once"_s}).code, 0); // nothing more is to come of it
    const Outcome all = semper({u"wait"_s, u"--all"_s});
    QCOMPARE(all.code, 1);
    QVERIFY2(all.output.contains(u"once: done"_s) && !all.output.contains(u"yearly"_s),
        qPrintable(all.output));
    const Outcome broken = semper({u"wait"_s, u"broken"_s});
    QCOMPARE(broken.code, 1);
    QVERIFY2(broken.errors.startsWith(u"broken: failed: exited with code 3"_s),
        qPrintable(broken.errors));

    const auto status = [this] {
        const Outcome outcome = semper({u"status"_s, u"sleeper"_s, u"--json"_s});
        return ProcessStatus::fromJson(
            QJsonDocument::fromJson(outcome.output.toUtf8()).array().first().toObject());
    };
    const qint64 first = status().pid.value_or(0);
    QVERIFY(first > 0);
    QCOMPARE(semper({u"restart"_s, u"sleeper"_s}).code, 0);
    const qint64 second = status().pid.value_or(0);
    QVERIFY(second > 0 && second != first);
    QCOMPARE(semper({u"stop"_s, u"sleeper"_s}).code, 0);
    QCOMPARE(status().state, ProcessPhase::Stopped);
    QCOMPARE(status().wanted, Wanted::Down);
    QCOMPARE(semper({u"start"_s, u"sleeper:0"_s}).code, 0);
    QCOMPARE(status().state, ProcessPhase::Running);
    QCOMPARE(semper({u"reset"_s, u"--all"_s}).code, 0);

    server->terminate();
    QTRY_COMPARE_WITH_TIMEOUT(server->state(), QProcess::NotRunning, patienceMs);
    QCOMPARE(server->exitCode(), 0);
    QCOMPARE(semper({u"status"_s}).code, 3);
}

void TestCli::runPrintsFramesAsJson()
{
    const auto run = prepare(m_folder->path(), {u"run"_s, u"--json"_s, u"HeartbeatProcess"_s});
    run->start();
    QByteArray output;
    QTRY_VERIFY_WITH_TIMEOUT(
        (output += run->readAllStandardOutput()).contains("metrics"), patienceMs);
    run->terminate();
    QTRY_COMPARE_WITH_TIMEOUT(run->state(), QProcess::NotRunning, patienceMs);
    output += run->readAllStandardOutput();
    QVERIFY(output.endsWith('\n'));
    for (const QByteArray &line : output.trimmed().split('\n')) {
        const QJsonObject frame = QJsonDocument::fromJson(line).object();
        QVERIFY2(frame.value(keys::type).isString(), line);
        QVERIFY2(
            QDateTime::fromString(frame.value(keys::at).toString(), Qt::ISODateWithMs).isValid(),
            line);
    }
}

void TestCli::rootDoesNotServeInAFolderOfSomebodyElse()
{
    if (::geteuid() != 0)
        QSKIP("only root can give a folder away");
    const QString file
        = write(R"({"state_directory": "state", "control": {"listen": "127.0.0.1:0"}})");
    const QString theirs = path(u"theirs"_s);
    QVERIFY(QDir().mkdir(theirs));
    QCOMPARE(::chown(QFile::encodeName(theirs).constData(), 65534, 65534), 0);
    const Outcome outcome
        = semper({u"serve"_s, u"--config"_s, file, u"--socket"_s, theirs + u"/s"_s});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.errors.contains(theirs
                 + u" belongs to uid 65534, who could put another socket in place of this one: "
                   "refused"_s),
        qPrintable(outcome.errors));
}

void TestCli::devTellsRootAtOnceWhatItCannotUse()
{
    if (::geteuid() != 0)
        QSKIP("only root can give a folder away");
    const QString clone = path(u"clone"_s);
    QVERIFY(QDir().mkdir(clone));
    QVERIFY(QFile::copy(qEnvironmentVariable("SEMPER_TEST_SOURCE") + u"/dev"_s, clone + u"/dev"_s));
    const auto dev = [&clone](const QString &command) {
        QProcess process;
        process.start(u"bash"_s, {clone + u"/dev"_s, command});
        return process.waitForFinished(patienceMs) && process.exitCode() == 1
            ? QString::fromUtf8(process.readAllStandardError())
            : u"did something else"_s;
    };
    QCOMPARE(::chown(QFile::encodeName(clone).constData(), strangersId, strangersId), 0);
    for (const QString &command : {u"run"_s, u"test"_s, u"bench"_s, u"chaos"_s}) {
        const QString told = dev(command);
        QVERIFY2(told.contains(clone + u" belongs to "_s), qPrintable(told));
        QVERIFY2(told.contains(u"./dev "_s + command), qPrintable(told));
    }
    QCOMPARE(::chown(QFile::encodeName(clone).constData(), 0, 0), 0);
    QCOMPARE(::chmod(QFile::encodeName(clone).constData(), 0775), 0);
    QVERIFY2(dev(u"run"_s).contains(u"chmod go-w "_s + clone), qPrintable(dev(u"run"_s)));
}

void TestCli::aStrangersServerIsNotBelieved_data()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<uint>("mode"); // of the folder, which is the stranger's unless it is sticky
    QTest::addColumn<bool>("isVisited");
    // Root may see to the servers of its users, where nobody else could have put them.
    QTest::newRow("in the stranger's own folder") << u"theirs"_s << 0700U << true;
    QTest::newRow("in one that all may write") << u"theirs"_s << 0777U << false;
    QTest::newRow("in one like /tmp") << u"shared"_s << 01777U << false;
}

void TestCli::aStrangersServerIsNotBelieved()
{
    if (::geteuid() != 0)
        QSKIP("only root can be two users");
    QFETCH(const QString, folder);
    QFETCH(const uint, mode);
    QFETCH(const bool, isVisited);
    const QByteArray name = QFile::encodeName(path(folder));
    QVERIFY(QDir().mkdir(path(folder)));
    QCOMPARE(::chmod(QFile::encodeName(m_folder->path()).constData(), 0755), 0);
    if ((mode & S_ISVTX) == 0)
        QCOMPARE(::chown(name.constData(), strangersId, strangersId), 0);
    QCOMPARE(::chmod(name.constData(), mode), 0);
    const QString socket = path(folder + u"/s"_s);
    QProcess stranger;
    listenAsStranger(stranger, socket);
    QTRY_VERIFY_WITH_TIMEOUT(stranger.canReadLine(), patienceMs);
    QCOMPARE(stranger.readLine(), "bound\n");

    const Outcome outcome = semper({u"status"_s, u"--socket"_s, socket});
    QCOMPARE(outcome.code, 3);
    QTRY_VERIFY_WITH_TIMEOUT(stranger.canReadLine(), patienceMs);
    QCOMPARE(stranger.readLine().startsWith("heard {"), isVisited);
    const QString reason = isVisited ? u"nothing to say"_s
                                     : u"uid 65533 listens there, and not this user: not trusted"_s;
    QVERIFY2(outcome.errors.contains(reason), qPrintable(outcome.errors));
    stranger.kill();
    QTRY_COMPARE_WITH_TIMEOUT(stranger.state(), QProcess::NotRunning, patienceMs);
}

void TestCli::aStrangersFolderHasNoServer()
{
    if (::geteuid() != 0)
        QSKIP("only root can be two users");
    const QString theirs = path(u"semper"_s); // $XDG_RUNTIME_DIR/semper
    QCOMPARE(::chown(QFile::encodeName(theirs).constData(), strangersId, strangersId), 0);
    QCOMPARE(::chmod(QFile::encodeName(m_folder->path()).constData(), 01777), 0);
    QProcess stranger;
    listenAsStranger(stranger, theirs + u"/x.sock"_s);
    QTRY_VERIFY_WITH_TIMEOUT(stranger.canReadLine(), patienceMs);
    const Outcome outcome = semper({u"stop"_s, u"--all"_s});
    QCOMPARE(outcome.code, 3);
    QCOMPARE(outcome.errors,
        u"no server is running here: %1 belongs to uid 65533, so nothing in it is trusted\n"_s.arg(
            theirs));
    stranger.kill();
    QTRY_COMPARE_WITH_TIMEOUT(stranger.state(), QProcess::NotRunning, patienceMs);
}

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
