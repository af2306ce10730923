// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/hubpeer.h"
#include "support/processstate.h"
#include "support/runningserver.h"
#include "support/survivors.h"

#include "protocol/keys.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTest>

#include <csignal>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 30'000;
constexpr uid_t strangersId = 65533;

QJsonObject command(const QStringList &words)
{
    return {{u"command"_s, QJsonArray::fromStringList(words)}};
}

QList<pid_t> pidsIn(const QString &path)
{
    QFile file(path);
    QList<pid_t> pids;
    if (file.open(QIODevice::ReadOnly))
        for (const QByteArray &line : file.readAll().split('\n'))
            if (!line.isEmpty())
                pids.append(line.toInt());
    return pids;
}

QByteArray runIdIn(const QString &folder)
{
    QFile file(folder + u"/state/run"_s);
    const bool isOpen = file.open(QIODevice::ReadOnly);
    const QJsonDocument note = QJsonDocument::fromJson(isOpen ? file.readAll() : QByteArray());
    return note[keys::id].toString().toLatin1();
}

/// Stopped first, neither half of the server sees the other's end: only the kernel is left to act.
void killBothHalves(RunningServer &server)
{
    const auto guardian = pid_t(server.guardianPid());
    const auto serverPid = pid_t(server.serverPid());
    kill(guardian, SIGSTOP);
    kill(serverPid, SIGSTOP);
    kill(guardian, SIGKILL);
    kill(serverPid, SIGKILL);
    if (!QTest::qWaitFor([serverPid] { return hasEnded(serverPid); }, patience))
        qFatal("the server does not end");
}

/// The events of \a type in the journal.
QList<QJsonObject> eventsOf(const RunningServer &server, const QString &type)
{
    HubPeer peer(server.socketPath());
    peer.watch({u"events"_s}, {{keys::after, 0}});
    const auto isComplete = [&peer] { return !peer.framesOf(u"replayed").isEmpty(); };
    if (!QTest::qWaitFor(isComplete, patience))
        qFatal("no events");
    QList<QJsonObject> events;
    for (const QJsonObject &frame : peer.framesOf(u"event"))
        if (frame[keys::event][keys::type] == type)
            events.append(frame[keys::event].toObject());
    return events;
}

/// A process that is nothing of the server's, with a variable of its own.
class Stranger
{
public:
    explicit Stranger(const QString &name, const QByteArray &value)
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(name, QString::fromLatin1(value));
        m_process.setProcessEnvironment(environment);
        m_process.start(helperProgram(u"sleeper"_s), QStringList());
        m_process.waitForReadyRead();
    }
    ~Stranger()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    Q_DISABLE_COPY_MOVE(Stranger)

    [[nodiscard]] bool isAlive()
    {
        m_process.waitForFinished(0);
        return m_process.state() == QProcess::Running;
    }

private:
    QProcess m_process;
};

} // namespace

/// What a server that was lost with its guardian left behind.
class TestSweep : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatEscapedBothHalvesIsKilledAtTheNextStart();
    void aCleanEndLeavesNothingToSweep();
    void aServerStartedFromWithinTheLostOneSparesItself();
    void aPlantedNoteIsNotObeyed_data();
    void aPlantedNoteIsNotObeyed();
    void aCopyOfALivingServersNoteIsNotObeyed();
    void aNoteThatCannotBeUnderstoodIsIgnored();
    void aFifoInTheStateDirectoryIsRefused_data();
    void aFifoInTheStateDirectoryIsRefused();
};

void TestSweep::whatEscapedBothHalvesIsKilledAtTheNextStart()
{
    RunningServer server({{u"a"_s, command({helperProgram(u"escape"_s), u"escaped"_s})},
        {u"b"_s, command({helperProgram(u"escape"_s), u"escaped"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const QString list = server.folder() + u"/escaped"_s;
    QTRY_COMPARE_WITH_TIMEOUT(pidsIn(list).size(), 2, patience);
    const QByteArray id = runIdIn(server.folder());
    QCOMPARE(id.size(), 32);
    const qint64 lost = server.serverPid();
    killBothHalves(server);
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(survivors(server.mark()).size(), 2, patience); // or there is no gap

    Stranger otherServers(u"SEMPER_LAUNCH"_s, QByteArray(32, 'f') + ".1");
    Stranger longerId(u"SEMPER_LAUNCH"_s, id + "0.1");
    Stranger otherVariable(u"NO_SEMPER_LAUNCH"_s, id + ".1");
    QVERIFY2(server.start(), qPrintable(server.log()));
    const QList<qint64> alive = survivors(server.mark());
    const QList<pid_t> listed = pidsIn(list);
    for (const pid_t pid : listed.first(2))
        QVERIFY(!alive.contains(pid));
    QVERIFY(otherServers.isAlive());
    QVERIFY(longerId.isAlive());
    QVERIFY(otherVariable.isAlive());

    const QList<QJsonObject> events = eventsOf(server, u"server_lost"_s);
    QCOMPARE(events.size(), 1);
    QCOMPARE(events.first()[keys::pid].toInteger(), lost);
    QCOMPARE(events.first()[keys::count].toInt(), 2);
    QCOMPARE(events.first()[keys::processes][0][keys::name], u"escape"_s);
    QVERIFY(!events.first().contains(keys::left));
    QVERIFY(runIdIn(server.folder()) != id);
    QCOMPARE(server.stop(), 0);
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestSweep::aCleanEndLeavesNothingToSweep()
{
    RunningServer server({{u"a"_s, command({helperProgram(u"escape"_s)})}});
    for (int round = 0; round < 2; ++round) {
        QVERIFY2(server.start(), qPrintable(server.log()));
        QCOMPARE(runIdIn(server.folder()).size(), 32);
        QCOMPARE(eventsOf(server, u"server_lost"_s), QList<QJsonObject>());
        QCOMPARE(server.stop(), 0);
        QVERIFY(!QFile::exists(server.folder() + u"/state/run"_s));
    }
}

void TestSweep::aServerStartedFromWithinTheLostOneSparesItself()
{
    const QByteArray id(32, 'a');
    qputenv("SEMPER_LAUNCH", id + ".1"); // this test is the shell that the lost server left
    RunningServer server({{u"a"_s, command({helperProgram(u"sleeper"_s)})}});
    qunsetenv("SEMPER_LAUNCH");
    QVERIFY(QDir(server.folder()).mkdir(u"state"_s));
    QFile note(server.folder() + u"/state/run"_s);
    QVERIFY(note.open(QIODevice::WriteOnly));
    note.write("{\"id\": \"" + id + "\", \"pid\": 1}");
    note.close();
    Stranger left(u"SEMPER_LAUNCH"_s, id + ".2");

    QVERIFY2(server.start(), qPrintable(server.log()));
    const QList<QJsonObject> events = eventsOf(server, u"server_lost"_s);
    QCOMPARE(events.size(), 1);
    QCOMPARE(events.first()[keys::count].toInt(), 1);
    QVERIFY(!left.isAlive());
}

void TestSweep::aPlantedNoteIsNotObeyed_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<uid_t>("owner");
    QTest::addColumn<uint>("mode");
    QTest::newRow("the folder is a stranger's") << u"state"_s << strangersId << 0700U;
    QTest::newRow("a stranger may write there") << u"state"_s << 0U << 01777U;
    QTest::newRow("its group may") << u"state"_s << 0U << 0770U;
    QTest::newRow("what it is in is a stranger's") << u"in"_s << strangersId << 0755U;
    QTest::newRow("the note is a stranger's") << u"state/run"_s << strangersId << 0600U;
    QTest::newRow("a stranger may write the note") << u"state/run"_s << 0U << 0666U;
    QTest::newRow("a file beside it is") << u"state/event-id"_s << strangersId << 0600U;
}

void TestSweep::aPlantedNoteIsNotObeyed()
{
    if (::geteuid() != 0)
        QSKIP("only root can give files away");
    QFETCH(const QString, name);
    QFETCH(const uid_t, owner);
    QFETCH(const uint, mode);
    RunningServer victim({{u"a"_s, command({helperProgram(u"sleeper"_s)})}});
    QVERIFY2(victim.start(), qPrintable(victim.log()));
    RunningServer server({{u"a"_s, command({helperProgram(u"sleeper"_s)})}},
        {{u"state_directory"_s, u"in/state"_s}});
    const QDir folder(server.folder());
    QVERIFY(folder.mkpath(u"in/state"_s));
    QVERIFY(QFile::copy(victim.folder() + u"/state/run"_s, folder.filePath(u"in/state/run"_s)));
    QFile event(folder.filePath(u"in/state/event-id"_s));
    QVERIFY(event.open(QIODevice::WriteOnly));
    const QByteArray path
        = QFile::encodeName(folder.filePath(name == u"in" ? name : u"in/"_s + name));
    QCOMPARE(::chown(path.constData(), owner, owner), 0);
    QCOMPARE(::chmod(path.constData(), mode), 0);

    QVERIFY(!server.start());
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QCOMPARE(server.stop(), 1);
    QVERIFY2(server.log().contains(u"is not trusted: "_s), qPrintable(server.log()));
    QCOMPARE(victim.process(u"a"_s)[u"state"_s], u"running"_s);
    QCOMPARE(victim.process(u"a"_s)[u"restarts"_s], 0);
}

void TestSweep::aCopyOfALivingServersNoteIsNotObeyed()
{
    RunningServer victim({{u"a"_s, command({helperProgram(u"sleeper"_s)})}});
    QVERIFY2(victim.start(), qPrintable(victim.log()));
    RunningServer server({{u"a"_s, command({helperProgram(u"sleeper"_s)})}});
    QVERIFY(QDir(server.folder()).mkdir(u"state"_s));
    QVERIFY(QFile::copy(victim.folder() + u"/state/run"_s, server.folder() + u"/state/run"_s));
    QVERIFY(!server.start());
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QCOMPARE(server.stop(), 1);
    QVERIFY2(server.log().contains(
                 u"is a copy of that of the server with pid %1"_s.arg(victim.serverPid())),
        qPrintable(server.log()));
    QCOMPARE(victim.process(u"a"_s)[u"restarts"_s], 0);
}

void TestSweep::aFifoInTheStateDirectoryIsRefused_data()
{
    QTest::addColumn<QString>("name");
    for (const char *name : {"run", "schedules", "schedules-seen", "event-id", "token"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestSweep::aFifoInTheStateDirectoryIsRefused()
{
    QFETCH(const QString, name);
    QJsonObject it = command({helperProgram(u"sleeper"_s)});
    it.insert(u"schedule"_s, u"0 0 1 1 *"_s);
    RunningServer server({{u"a"_s, it}});
    const QString state = server.folder() + u"/state"_s;
    QVERIFY(QDir(server.folder()).mkdir(u"state"_s));
    QCOMPARE(::chmod(QFile::encodeName(state).constData(), S_IRWXU), 0);
    const QString path = state + u'/' + name;
    QCOMPARE(::mkfifo(QFile::encodeName(path).constData(), S_IRUSR | S_IWUSR), 0);
    QVERIFY(!server.start());
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QCOMPARE(server.stop(), 1);
    QVERIFY2(server.log().contains(path) && server.log().contains(u"is no plain file"),
        qPrintable(server.log()));
}

void TestSweep::aNoteThatCannotBeUnderstoodIsIgnored()
{
    for (const QByteArray &text : {QByteArray("{"), QByteArray(), QByteArray("[]"),
             QByteArray("{\"id\": \"\"}"), QByteArray("{\"id\": \"../../etc\", \"pid\": 1}")}) {
        RunningServer server({{u"a"_s, command({helperProgram(u"sleeper"_s)})}});
        QVERIFY(QDir(server.folder()).mkdir(u"state"_s));
        QFile note(server.folder() + u"/state/run"_s);
        QVERIFY(note.open(QIODevice::WriteOnly));
        note.write(text);
        note.close();
        QVERIFY2(server.start(), qPrintable(server.log()));
        QCOMPARE(eventsOf(server, u"server_lost"_s), QList<QJsonObject>());
        QCOMPARE(server.stop(), 0);
    }
}

QTEST_GUILESS_MAIN(TestSweep)
#include "tst_sweep.moc"
