// SPDX-License-Identifier: GPL-3.0-or-later
#include "testhub.h"

#include "protocol/keys.h"
#include "protocol/processstatus.h"
#include "watch/serverwatch.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTcpSocket>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

constexpr int patience = 15000;

[[nodiscard]] QString program()
{
    return qEnvironmentVariable("SEMPER_TEST_BIN") + u"/semper-embedded"_s;
}

[[nodiscard]] QByteArray procFile(const QString &pid, const QString &name)
{
    QFile file(u"/proc/%1/%2"_s.arg(pid, name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

[[nodiscard]] QString parent(const QString &pid)
{
    const QByteArray stat = procFile(pid, u"stat"_s); // pid (name) state parent ...
    return QString::fromLatin1(stat.mid(stat.lastIndexOf(')') + 2).split(' ').value(1));
}

/// The hosts in standby of the server whose guardian is \a guardian.
[[nodiscard]] QList<qint64> hostsInStandby(qint64 guardian)
{
    QList<qint64> pids;
    for (const QString &pid : QDir(u"/proc"_s).entryList({u"[1-9]*"_s}, QDir::Dirs))
        if (procFile(pid, u"cmdline"_s).endsWith(QByteArrayView("\0--standby", 11))
            && parent(parent(pid)) == QString::number(guardian))
            pids.append(pid.toLongLong());
    return pids;
}

} // namespace

/// The shipped program that embeds a server: as its own child, and as a whole.
class TestEmbedded : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void launchedAgainItIsItsUserProcess();
    void aClassThatWasNotNamedIsNotThere();
    void itServesItsRouteAndKeepsItsProcessAlive();
    void aRouteAnswersWithWhatItsProcessSays();
    void aHostInStandbyIsThisProgramToo();
    void aReloadIsLaidOverWhatItSays();

private:
    void configure(const QByteArray &processes = "{}");
    void startServer(const QByteArray &processes = "{}");
    void reload();
    void watch();
    void take(const ProcessStatus &process);
    [[nodiscard]] QByteArray get(const QString &path);

    QTemporaryDir m_directory;
    QProcess m_server;
    quint16 m_port = 0;
    std::unique_ptr<ServerWatch> m_watcher;
    ProcessStatus m_status; ///< of its one process
    QStringList m_names; ///< of all processes
    int m_results = 0; ///< of commands that were accepted
    double m_visitors = -1; ///< the metric of that name
    double m_greetings = -1; ///< and of the service, as it was when the watch began
};

void TestEmbedded::launchedAgainItIsItsUserProcess()
{
    TestHub hub;
    hub.setConnections(7);
    QProcess process;
    hub.launch(process, program(), u"VisitorsProcess"_s);
    QTRY_COMPARE_WITH_TIMEOUT(hub.gauge(u"visitors"_s), 7, patience);
    QFile name(u"/proc/%1/comm"_s.arg(process.processId()));
    QVERIFY(name.open(QIODevice::ReadOnly));
    QCOMPARE(name.readAll(), "visitors\n");
    process.terminate();
    QVERIFY(process.waitForFinished(patience));
    QCOMPARE(process.exitCode(), 0);
}

void TestEmbedded::aClassThatWasNotNamedIsNotThere()
{
    TestHub hub;
    QProcess process;
    hub.launch(process, program(), u"VisitorProcess"_s);
    QVERIFY(process.waitForStarted(patience));
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, patience);
    QCOMPARE(process.exitCode(), 78);
    const QString what = hub.latest(u"fault"_s).value(keys::what).toString();
    QVERIFY2(what.contains(u"VisitorsProcess"_s), qPrintable(what));
}

void TestEmbedded::itServesItsRouteAndKeepsItsProcessAlive()
{
    startServer();
    QVERIFY(m_port != 0);
    QVERIFY(get(u"/hello"_s).endsWith("\r\n\r\nhello"));
    watch();
    QTRY_COMPARE_WITH_TIMEOUT(m_status.state, ProcessPhase::Running, patience);
    QCOMPARE(m_status.name, u"visitors"_s);
    QCOMPARE(m_status.className, u"VisitorsProcess"_s);
    // What a service counts is told up to 250 ms later, in the next snapshot.
    const auto isCounted = [this] {
        watch();
        return QTest::qWaitFor([this] { return m_greetings == 1; }, 300);
    };
    QVERIFY(QTest::qWaitFor(isCounted, patience));

    QTcpSocket visitor;
    visitor.connectToHost(u"127.0.0.1"_s, m_port);
    QVERIFY(visitor.waitForConnected(patience));
    QTRY_VERIFY_WITH_TIMEOUT(m_visitors >= 1, patience);

    const qint64 first = *m_status.pid;
    QCOMPARE(::kill(pid_t(first), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(m_status.restarts, 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(m_status.state, ProcessPhase::Running, patience);
    const qint64 second = *m_status.pid;
    QVERIFY(second != first);

    m_server.terminate();
    QTRY_COMPARE_WITH_TIMEOUT(m_server.state(), QProcess::NotRunning, patience);
    QCOMPARE(m_server.exitStatus(), QProcess::NormalExit);
    QCOMPARE(m_server.exitCode(), 0);
    QTRY_VERIFY_WITH_TIMEOUT(::kill(pid_t(second), 0) != 0, patience);
}

void TestEmbedded::aRouteAnswersWithWhatItsProcessSays()
{
    startServer();
    QVERIFY(m_port != 0);
    watch();
    QTRY_COMPARE_WITH_TIMEOUT(m_status.state, ProcessPhase::Running, patience);
    const QByteArray answer = get(u"/visitors"_s);
    QVERIFY2(answer.startsWith("HTTP/1.1 200 "), answer.constData());
    QVERIFY2(answer.contains("{\"most\":"), answer.constData());
    m_server.terminate();
    QTRY_COMPARE_WITH_TIMEOUT(m_server.state(), QProcess::NotRunning, patience);
}

void TestEmbedded::aHostInStandbyIsThisProgramToo()
{
    startServer(R"({"visitors": {"class": "VisitorsProcess", "standby": 1}})");
    watch();
    QTRY_COMPARE_WITH_TIMEOUT(m_status.standby, 1, patience);
    const QList<qint64> waited = hostsInStandby(m_server.processId());
    QCOMPARE(waited.size(), 1);
    QCOMPARE(::kill(pid_t(*m_status.pid), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(m_status.restarts, 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(m_status.state, ProcessPhase::Running, patience);
    QCOMPARE(*m_status.pid, waited.first());
    QTRY_COMPARE_WITH_TIMEOUT(m_status.standby, 1, patience);
    m_server.terminate();
    QTRY_COMPARE_WITH_TIMEOUT(m_server.state(), QProcess::NotRunning, patience);
    QCOMPARE(m_server.exitCode(), 0);
}

void TestEmbedded::aReloadIsLaidOverWhatItSays()
{
    startServer();
    QVERIFY(m_port != 0);
    watch();
    QTRY_COMPARE_WITH_TIMEOUT(m_status.state, ProcessPhase::Running, patience);
    const qint64 first = *m_status.pid;
    configure(R"({"ticker": {"command": ["sleep", "600"]}})");
    reload();
    QTRY_COMPARE_WITH_TIMEOUT(m_names, (QStringList{u"ticker"_s, u"visitors"_s}), patience);
    QCOMPARE(*m_status.pid, first);
    QVERIFY(get(u"/hello"_s).endsWith("\r\n\r\nhello"));

    configure(R"({"visitors": {"settings": {"interval_ms": 500}}})");
    reload();
    QTRY_COMPARE_WITH_TIMEOUT(m_names, QStringList{u"visitors"_s}, patience);
    QTRY_VERIFY_WITH_TIMEOUT(
        m_status.state == ProcessPhase::Running && m_status.pid.value_or(first) != first, patience);
    const qint64 second = *m_status.pid;

    // The file says nothing of it any more: it is again as the program says.
    configure();
    reload();
    QTRY_VERIFY_WITH_TIMEOUT(
        m_status.state == ProcessPhase::Running && m_status.pid.value_or(second) != second,
        patience);
    m_server.terminate();
    QTRY_COMPARE_WITH_TIMEOUT(m_server.state(), QProcess::NotRunning, patience);
    QCOMPARE(m_server.exitCode(), 0);
}

void TestEmbedded::reload()
{
    const int before = m_results;
    QVERIFY(m_watcher->command(u"reload"_s, {}) != 0);
    QTRY_COMPARE_WITH_TIMEOUT(m_results, before + 1, patience);
}

void TestEmbedded::configure(const QByteArray &processes)
{
    QFile file(m_directory.filePath(u"semper.json"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"node": "embedded", "control": {"listen": "127.0.0.1:0"},
        "services": {"http": {"type": "http", "listen": "127.0.0.1:0", "processes": )"
        + processes + "}}}");
}

void TestEmbedded::startServer(const QByteArray &processes)
{
    // The same names, other addresses: a configuration goes over what the program says.
    configure(processes);
    m_server.setProcessChannelMode(QProcess::MergedChannels);
    m_server.start(program(),
        {u"--config"_s, m_directory.filePath(u"semper.json"_s), u"--socket"_s,
            m_directory.filePath(u"hub.sock"_s), u"--state-directory"_s,
            m_directory.filePath(u"state"_s)});
    QByteArray output;
    QTRY_VERIFY2_WITH_TIMEOUT((output += m_server.readAll()).contains("\nready"),
        (output + m_server.errorString().toUtf8()).constData(), patience);
    const QRegularExpression address(u"http http://127\\.0\\.0\\.1:(\\d+)"_s);
    m_port = address.match(QString::fromUtf8(output)).captured(1).toUShort();
}

void TestEmbedded::watch()
{
    m_status = {};
    m_watcher = std::make_unique<ServerWatch>(m_directory.filePath(u"hub.sock"_s),
        WatchOptions{.topics = {topics::state, topics::metrics}});
    connect(m_watcher.get(), &ServerWatch::snapshotReceived, this,
        [this](const QList<ProcessStatus> &processes) {
            const QJsonValue service = m_watcher->server()[keys::services][0];
            m_greetings = service[keys::metrics][keys::counters][u"greetings"].toDouble(-1);
            m_names.clear();
            for (const ProcessStatus &process : processes) {
                m_names.append(process.name);
                take(process);
            }
        });
    connect(m_watcher.get(), &ServerWatch::processChanged, this, &TestEmbedded::take);
    connect(m_watcher.get(), &ServerWatch::answered, this,
        [this](qint64, const CommandAnswer &answer) { m_results += answer.refusal ? 0 : 1; });
    connect(m_watcher.get(), &ServerWatch::metricsReceived, this,
        [this](const ProcessId &, const QJsonObject &frame) {
            if (frame.contains(keys::gauges))
                m_visitors = frame.value(keys::gauges)[u"visitors"_s].toDouble(-1);
        });
    m_watcher->open();
}

void TestEmbedded::take(const ProcessStatus &process)
{
    if (process.name == u"visitors"_s)
        m_status = process;
}

QByteArray TestEmbedded::get(const QString &path)
{
    QTcpSocket socket;
    socket.connectToHost(u"127.0.0.1"_s, m_port);
    socket.write(
        "GET " + path.toUtf8() + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    QByteArray answer;
    while (socket.waitForReadyRead(patience)) {
        answer += socket.readAll();
        if (answer.endsWith("hello"))
            break;
    }
    return answer;
}

QTEST_GUILESS_MAIN(TestEmbedded)
#include "tst_embedded.moc"
