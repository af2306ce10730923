// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/notifylistener.h"
#include "support/processstate.h"
#include "support/runningserver.h"
#include "support/survivors.h"

#include "supervisionloop/systemdnotifier.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <ctime>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 30'000;

QJsonObject command(const QStringList &words, const QString &policy = u"always"_s)
{
    return {{u"command"_s, QJsonArray::fromStringList(words)},
        {u"restart"_s, QJsonObject{{u"policy"_s, policy}, {u"max_restarts"_s, 0}}}};
}

QJsonObject oneSleeper()
{
    return {{u"it"_s, command({helperProgram(u"sleeper"_s)})}};
}

bool hasTerminal()
{
    const int terminal = ::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (terminal >= 0)
        ::close(terminal);
    return terminal >= 0;
}

} // namespace

/// A real server, started as a service manager would.
class TestServiceManager : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void itIsToldWhenTheServerIsReady_data();
    void itIsToldWhenTheServerIsReady();
    void theStatusFollowsTheProcesses();
    void theWatchdogIsKeptQuiet();
    void aWatchdogOfSomebodyElseIsNot_data();
    void aWatchdogOfSomebodyElseIsNot();
    void aWatchdogThatBitesEndsEverything_data();
    void aWatchdogThatBitesEndsEverything();
    void aStopIsTold();
    void aHangUpIsToldAsAReload();
    void itsProcessesAreToldNothingOfIt();
    void whoDoesNotReadHoldsUpNobody();
    void withoutAUsableSocketTheServerRunsAllTheSame_data();
    void withoutAUsableSocketTheServerRunsAllTheSame();

private:
    [[nodiscard]] QByteArray path() const { return QFile::encodeName(m_folder->filePath(u"n"_s)); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestServiceManager::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    qputenv("NOTIFY_SOCKET", path());
}

void TestServiceManager::cleanup()
{
    for (const char *name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID",
             "LISTEN_FDS", "LISTEN_FDNAMES"})
        qunsetenv(name);
}

void TestServiceManager::itIsToldWhenTheServerIsReady_data()
{
    QTest::addColumn<bool>("isAbstract");
    QTest::newRow("a path") << false;
    QTest::newRow("an abstract name") << true;
}

void TestServiceManager::itIsToldWhenTheServerIsReady()
{
    QFETCH(const bool, isAbstract);
    const QByteArray name = isAbstract ? "@semper-test-" + QByteArray::number(::getpid()) : path();
    qputenv("NOTIFY_SOCKET", name);
    NotifyListener listener(name);
    RunningServer server(oneSleeper());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(listener.count("READY=1"), 1, patience);
    const NotifyListener::Message ready = listener.firstWith("READY=1");
    QCOMPARE(qint64(ready.sender), server.serverPid());
    QCOMPARE(ready.value("MAINPID").toLongLong(), server.guardianPid());
    QCOMPARE(listener.count("WATCHDOG=1"), 0); // nobody asked for it
}

void TestServiceManager::theStatusFollowsTheProcesses()
{
    NotifyListener listener(path());
    QJsonObject processes = oneSleeper();
    processes.insert(u"broken"_s, command({helperProgram(u"exit-with"_s), u"3"_s}));
    RunningServer server(processes);
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(
        listener.count("STATUS=1 of 2 processes ready; failed: broken") > 0, patience);
    QCOMPARE(server.command({u"stop"_s, u"broken"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(listener.count("STATUS=1 of 1 process ready") > 0, patience);
}

void TestServiceManager::theWatchdogIsKeptQuiet()
{
    qputenv("WATCHDOG_USEC", "100000");
    NotifyListener listener(path());
    RunningServer server(oneSleeper());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(listener.count("WATCHDOG=1") >= 5, patience);
    QCOMPARE(qint64(listener.firstWith("WATCHDOG=1").sender), server.serverPid());
}

void TestServiceManager::aWatchdogOfSomebodyElseIsNot_data()
{
    QTest::addColumn<QByteArray>("watched");
    QTest::addColumn<bool>("isKept");
    const QByteArray own = QByteArray::number(::getpid());
    QTest::newRow("this process") << own << true;
    QTest::newRow("its guardian") << QByteArray("4242424") << true;
    QTest::newRow("whoever it is") << QByteArray() << true;
    QTest::newRow("somebody else") << QByteArray("4242425") << false;
}

void TestServiceManager::aWatchdogOfSomebodyElseIsNot()
{
    QFETCH(const QByteArray, watched);
    QFETCH(const bool, isKept);
    qputenv("WATCHDOG_USEC", "100000");
    if (!watched.isEmpty())
        qputenv("WATCHDOG_PID", watched);
    NotifyListener listener(path());
    SystemdNotifier notifier(4242424);
    notifier.ready();
    QCOMPARE(listener.count("READY=1"), 1);
    QCOMPARE(listener.count("WATCHDOG=1"), isKept ? 1 : 0);
    QVERIFY(!qEnvironmentVariableIsSet("NOTIFY_SOCKET"));
    QVERIFY(!qEnvironmentVariableIsSet("WATCHDOG_USEC"));
    QVERIFY(!qEnvironmentVariableIsSet("WATCHDOG_PID"));
}

void TestServiceManager::aWatchdogThatBitesEndsEverything_data()
{
    QTest::addColumn<bool>("isFrozen");
    QTest::newRow("it runs") << false;
    QTest::newRow("it is frozen") << true;
}

void TestServiceManager::aWatchdogThatBitesEndsEverything()
{
    QFETCH(const bool, isFrozen);
    rlimit before{};
    ::getrlimit(RLIMIT_CORE, &before);
    const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_CORE, &none); // no core of it is wanted here
    RunningServer server({{u"it"_s, command({helperProgram(u"escape"_s)})}});
    const bool started = server.start();
    ::setrlimit(RLIMIT_CORE, &before);
    QVERIFY2(started, qPrintable(server.log()));
    if (isFrozen) {
        const auto pid = pid_t(server.serverPid());
        QCOMPARE(::kill(pid, SIGSTOP), 0);
        QTRY_VERIFY_WITH_TIMEOUT(stateOfProcess(pid) == 'T', patience);
    }
    QCOMPARE(::kill(pid_t(server.guardianPid()), SIGABRT), 0); // as systemd does
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QCOMPARE(server.stop(), 128 + SIGABRT);
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestServiceManager::aStopIsTold()
{
    NotifyListener listener(path());
    RunningServer server(oneSleeper(), {{u"shutdown_timeout_ms"_s, 5000}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(server.stop(), 0);
    QCOMPARE(listener.count("STOPPING=1"), 1);
    const qint64 allowed
        = listener.firstWith("STOPPING=1").value("EXTEND_TIMEOUT_USEC").toLongLong();
    QVERIFY(allowed > 5'000'000);
    QVERIFY(listener.firstWith("STOPPING=1").value("STATUS").startsWith("stopping"));
}

void TestServiceManager::aHangUpIsToldAsAReload()
{
    if (hasTerminal())
        QSKIP("with a controlling terminal SIGHUP stops the server");
    NotifyListener listener(path());
    RunningServer server(oneSleeper());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(listener.count("READY=1"), 1, patience);
    timespec before{};
    ::clock_gettime(CLOCK_MONOTONIC, &before);
    QCOMPARE(::kill(pid_t(server.guardianPid()), SIGHUP), 0);
    QTRY_COMPARE_WITH_TIMEOUT(listener.count("READY=1"), 2, patience);
    QCOMPARE(listener.count("RELOADING=1"), 1);
    const qint64 at = listener.firstWith("RELOADING=1").value("MONOTONIC_USEC").toLongLong();
    QVERIFY(at >= qint64(before.tv_sec) * 1'000'000);
}

void TestServiceManager::itsProcessesAreToldNothingOfIt()
{
    qputenv("WATCHDOG_USEC", "10000000");
    qputenv("LISTEN_PID", "1");
    qputenv("LISTEN_FDS", "1");
    qputenv("LISTEN_FDNAMES", "x");
    NotifyListener listener(path());
    RunningServer server(oneSleeper());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"pid"_s].toInteger() > 0, patience);
    QFile file(u"/proc/%1/environ"_s.arg(server.process(u"it"_s)[u"pid"_s].toInteger()));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray environment = '\0' + file.readAll();
    QVERIFY(environment.contains(markVariable));
    for (const char *name : {"NOTIFY_SOCKET", "WATCHDOG_", "LISTEN_"})
        QVERIFY(!environment.contains('\0' + QByteArray(name)));
}

void TestServiceManager::whoDoesNotReadHoldsUpNobody()
{
    qputenv("WATCHDOG_USEC", "4000"); // its queue is full within some milliseconds
    NotifyListener listener(path());
    RunningServer server(oneSleeper());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(
        server.get(u"/api/v1/server"_s)[u"uptime_ms"_s].toInteger() > 300, patience);
    QCOMPARE(listener.count("READY=1"), 1);
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(listener.count("STATUS=0 of 0 processes ready") > 0, patience);
}

void TestServiceManager::withoutAUsableSocketTheServerRunsAllTheSame_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("not there") << QByteArray("/nonexistent/semper-notify");
    QTest::newRow("another kind") << QByteArray("vsock:2:1234");
    QTest::newRow("too long") << QByteArray("/" + QByteArray(200, 'x'));
    QTest::newRow("no name") << QByteArray("@");
}

void TestServiceManager::withoutAUsableSocketTheServerRunsAllTheSame()
{
    QFETCH(const QByteArray, name);
    qputenv("NOTIFY_SOCKET", name);
    RunningServer server(oneSleeper());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(
        server.log().contains(u"semper.server.systemd"_s) || server.log().contains(u"told"_s),
        patience);
    QCOMPARE(server.stop(), 0);
}

QTEST_GUILESS_MAIN(TestServiceManager)
#include "tst_servicemanager.moc"
