// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/runningserver.h"
#include "support/survivors.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QProcess>
#include <QTest>

#include <cerrno>
#include <csignal>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 15'000;

QString plugins()
{
    return qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s;
}

/// Whether everybody may go into it, and into all that it is in.
bool isOpenToAll(const QString &folder)
{
    for (QFileInfo info(folder); !info.isRoot(); info = QFileInfo(info.path()))
        if (!info.permission(QFile::ExeOther))
            return false;
    return true;
}

QJsonObject asNobody(QJsonObject process)
{
    process.insert(u"user"_s, u"nobody"_s);
    return process;
}

/// Says the lines over the connection that it was given, prints what is answered first, and waits.
QJsonObject speaker(const QString &lines)
{
    const QString script
        = u"printf %1 >&$SEMPER_SOCKET_FD; read -r line <&$SEMPER_SOCKET_FD; "
          "echo \"socket ${SEMPER_SOCKET:-none}: $line\"; exec sleep 600"_s.arg(lines);
    return asNobody({{u"command"_s, QJsonArray{u"bash"_s, u"-c"_s, script}}});
}

/// False where there is no such process; 0 would be this test itself.
bool killed(qint64 pid)
{
    return pid > 0 && ::kill(pid_t(pid), SIGKILL) == 0;
}

QString uidOf(qint64 pid)
{
    QFile file(u"/proc/%1/status"_s.arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QString text = QString::fromUtf8(file.readAll());
    return text.section(u"\nUid:\t"_s, 1).section(u'\t', 0, 0);
}

QByteArray variableOf(qint64 pid, const QByteArray &name)
{
    QFile file(u"/proc/%1/environ"_s.arg(pid));
    const auto entries
        = file.open(QIODevice::ReadOnly) ? file.readAll().split('\0') : QByteArrayList();
    for (const QByteArray &entry : entries)
        if (entry.startsWith(name + '='))
            return entry;
    return {};
}

QByteArray markOf(qint64 pid)
{
    return variableOf(pid, "SEMPER_LAUNCH");
}

QString notifySocketOf(RunningServer &server, const QString &name)
{
    return QString::fromLocal8Bit(
        variableOf(server.process(name)[u"pid"_s].toInteger(), "NOTIFY_SOCKET"))
        .section(u'=', 1);
}

enum class Connect { AsStranger, Before };

/// Has a process of \a uid, with \a mark in its environment, send "STATUS=lie" and the mark to
/// \a path. The error of that, or 0. It stays until its message was read.
int sendAs(const QByteArray &uid, const QByteArray &mark, const QString &path, Connect connect)
{
    static const QString script = uR"(
import errno, os, socket, sys
uid, path, before, mark = int(sys.argv[1]), sys.argv[2], sys.argv[3] == "1", sys.argv[4]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
try:
    if before: s.connect(path)
    os.setgroups([]); os.setgid(uid); os.setuid(uid)
    if not before: s.connect(path)
    s.send(b"STATUS=lie " + mark.encode())
    # The last of the queue has been taken once a barrier's descriptor is closed.
    r, w = os.pipe()
    socket.send_fds(s, [b"BARRIER=1"], [w]); os.close(w); os.read(r, 1)
except OSError as e:
    sys.exit(e.errno)
)"_s;
    QProcess python;
    python.setProcessChannelMode(QProcess::ForwardedChannels);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    const qsizetype equals = mark.indexOf('=');
    environment.insert(
        QString::fromLatin1(mark.first(equals)), QString::fromLatin1(mark.sliced(equals + 1)));
    python.setProcessEnvironment(environment);
    python.start(u"python3"_s,
        {u"-c"_s, script, QString::fromLatin1(uid), path,
            connect == Connect::Before ? u"1"_s : u"0"_s, QString::fromLatin1(mark)});
    return python.waitForFinished(patience) ? python.exitCode() : -1;
}

} // namespace

/// Processes under another user than the server's, and the hub.
class TestOtherUser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aClassIsConnectedAndRestarted();
    void aHostInStandbyTakesOverUnderItsUser();
    void aCommandSpeaksOverTheConnectionThatItWasGiven();
    void theConnectionIsForItsLaunchAlone_data();
    void theConnectionIsForItsLaunchAlone();
    void aDaemonSaysByNotifyThatItIsReady();
    void noStrangerSpeaksInItsName();
    void aLostServersFolderIsRemovedByTheNext();
    void whoNeverSpeaksIsLeftInPeace();

private:
    QString m_uid;
};

void TestOtherUser::initTestCase()
{
    const passwd *nobody = ::getpwnam("nobody");
    if (::geteuid() != 0 || nobody == nullptr)
        QSKIP("only root can run a process as nobody");
    if (!isOpenToAll(plugins()))
        QSKIP("the build folder is closed to other users");
    m_uid = QString::number(nobody->pw_uid);
}

void TestOtherUser::aClassIsConnectedAndRestarted()
{
    const QJsonObject settings{{u"a"_s, 1}};
    RunningServer server(
        {{u"it"_s, asNobody({{u"class"_s, u"test::Identify"_s}, {u"settings"_s, settings}})}},
        {{u"plugin_directories"_s, QJsonArray{plugins()}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY2_WITH_TIMEOUT(server.process(u"it"_s)[u"status"_s] == u"0 0 {\"a\":1}"_s,
        qPrintable(server.log()), patience);
    const qint64 first = server.process(u"it"_s)[u"pid"_s].toInteger();
    QCOMPARE(uidOf(first), m_uid);
    QCOMPARE(server.process(u"it"_s)[u"alive"_s], true);
    QVERIFY(killed(first));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s], 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"running"_s, patience);
    QCOMPARE(server.stop(), 0);
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestOtherUser::aHostInStandbyTakesOverUnderItsUser()
{
    RunningServer server(
        {{u"it"_s,
            asNobody({{u"class"_s, u"test::Identify"_s}, {u"standby"_s, 1}, {u"instances"_s, 2}})}},
        {{u"plugin_directories"_s, QJsonArray{plugins()}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto instance = [&server] { return server.get(u"/api/v1/processes/it"_s)[1].toObject(); };
    QTRY_COMPARE_WITH_TIMEOUT(instance()[u"standby"_s], 1, patience);
    QVERIFY(killed(instance()[u"pid"_s].toInteger()));
    QTRY_COMPARE_WITH_TIMEOUT(instance()[u"restarts"_s], 1, patience); // the other said the same
    QTRY_COMPARE_WITH_TIMEOUT(instance()[u"status"_s], u"1 1 {}"_s, patience);
    QCOMPARE(uidOf(instance()[u"pid"_s].toInteger()), m_uid);
}

void TestOtherUser::aCommandSpeaksOverTheConnectionThatItWasGiven()
{
    RunningServer server({{u"it"_s,
        speaker(uR"("{\"type\":\"hello\",\"process\":\"it\",\"instance\":0,\"token\":\"%s\"}\n)"
                uR"({\"type\":\"status\",\"text\":\"here\"}\n" "$SEMPER_TOKEN")"_s)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"status"_s], u"here"_s, patience);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | socket none: {"_s), patience);
    QCOMPARE(uidOf(server.process(u"it"_s)[u"pid"_s].toInteger()), m_uid);
}

void TestOtherUser::theConnectionIsForItsLaunchAlone_data()
{
    QTest::addColumn<QString>("lines");
    QTest::newRow("as a watcher, who commands") << uR"('{"type":"hello","role":"watcher"}\n')"_s;
    QTest::newRow("as another process, though it knows the token of none")
        << uR"('{"type":"hello","process":"other","instance":0,"token":""}\n')"_s;
    QTest::newRow("with a wrong token")
        << uR"('{"type":"hello","process":"it","instance":0,"token":"abc"}\n')"_s;
}

void TestOtherUser::theConnectionIsForItsLaunchAlone()
{
    QFETCH(const QString, lines);
    RunningServer server({{u"it"_s, speaker(lines)},
        {u"other"_s, QJsonObject{{u"command"_s, QJsonArray{helperProgram(u"sleeper"_s)}}}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY2_WITH_TIMEOUT(
        server.log().contains(u"\"not_allowed\""_s), qPrintable(server.log()), patience);
}

void TestOtherUser::aDaemonSaysByNotifyThatItIsReady()
{
    QJsonObject it = asNobody({{u"command"_s,
        QJsonArray{
            u"/bin/sh"_s, u"-c"_s, u"%1 STATUS=up READY=1"_s.arg(helperProgram(u"notify"_s))}}});
    it.insert(u"ready"_s, QJsonObject{{u"mode"_s, u"notify"_s}});
    RunningServer server({{u"it"_s, it}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY2_WITH_TIMEOUT(
        server.process(u"it"_s)[u"ready"_s].toBool(), qPrintable(server.log()), patience);
    QCOMPARE(server.process(u"it"_s)[u"status"_s], u"up"_s);
    QCOMPARE(uidOf(server.process(u"it"_s)[u"pid"_s].toInteger()), m_uid);
    const QString path = notifySocketOf(server, u"it"_s);
    struct stat about = {};
    QCOMPARE(::lstat(QFile::encodeName(path).constData(), &about), 0);
    QCOMPARE(QString::number(about.st_uid), m_uid);
    QCOMPARE(about.st_mode & 0777, 0600U);
    const QString folder = QFileInfo(path).path();
    QCOMPARE(::lstat(QFile::encodeName(folder).constData(), &about), 0);
    QCOMPARE(about.st_uid, 0U);
    QCOMPARE(about.st_mode & 0777, 0711U); // no list of what is in it

    QCOMPARE(server.stop(), 0);
    QVERIFY2(!QFileInfo::exists(folder), qPrintable(folder));
}

void TestOtherUser::noStrangerSpeaksInItsName()
{
    QJsonObject it = asNobody(
        {{u"command"_s, QJsonArray{helperProgram(u"notify"_s), u"STATUS=up"_s, u"READY=1"_s}}});
    it.insert(u"ready"_s, QJsonObject{{u"mode"_s, u"notify"_s}});
    RunningServer server({{u"it"_s, it}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s].toBool(), patience);
    const QString path = notifySocketOf(server, u"it"_s);
    const QByteArray mark = markOf(server.process(u"it"_s)[u"pid"_s].toInteger());
    QVERIFY(!mark.isEmpty());
    // The kernel lets a stranger send nothing, whatever mark it has put on.
    const QByteArray stranger = "65533";
    QCOMPARE(sendAs(stranger, mark, path, Connect::AsStranger), EACCES);
    QCOMPARE(server.process(u"it"_s)[u"status"_s], u"up"_s);
    // One who was given a socket that is connected already is not believed.
    QCOMPARE(sendAs(stranger, mark, path, Connect::Before), 0);
    QTRY_VERIFY2_WITH_TIMEOUT(
        server.log().contains(u"uid 65533 sent a message for it, whose uid is "_s + m_uid),
        qPrintable(server.log()), patience);
    QCOMPARE(server.process(u"it"_s)[u"status"_s], u"up"_s);
    // Its own user, and root, need the mark.
    QCOMPARE(sendAs(m_uid.toLatin1(), "X=1", path, Connect::AsStranger), 0);
    QCOMPARE(sendAs(m_uid.toLatin1(), mark, path, Connect::AsStranger), 0);
    QTRY_COMPARE_WITH_TIMEOUT(
        server.process(u"it"_s)[u"status"_s], QString::fromLatin1("lie " + mark), patience);
}

void TestOtherUser::aLostServersFolderIsRemovedByTheNext()
{
    QJsonObject it
        = asNobody({{u"command"_s, QJsonArray{helperProgram(u"notify"_s), u"READY=1"_s}}});
    it.insert(u"ready"_s, QJsonObject{{u"mode"_s, u"notify"_s}});
    RunningServer server({{u"it"_s, it}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s].toBool(), patience);
    const QString folder = QFileInfo(notifySocketOf(server, u"it"_s)).path();
    QVERIFY(killed(server.serverPid()));
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QVERIFY(QFileInfo::exists(folder));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QVERIFY(!QFileInfo::exists(folder));
}

void TestOtherUser::whoNeverSpeaksIsLeftInPeace()
{
    RunningServer server(
        {{u"it"_s, asNobody({{u"command"_s, QJsonArray{u"/bin/sleep"_s, u"600"_s}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"running"_s, patience);
    const qint64 first = server.process(u"it"_s)[u"pid"_s].toInteger();
    QVERIFY(killed(first));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s], 1, patience);
    QCOMPARE(server.stop(), 0);
    QCOMPARE(survivors(server.mark()), QList<qint64>());
    QVERIFY2(!server.log().contains(u"no_hello"_s), qPrintable(server.log()));
}

QTEST_GUILESS_MAIN(TestOtherUser)
#include "tst_otheruser.moc"
