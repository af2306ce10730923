// SPDX-License-Identifier: GPL-3.0-or-later
#include "notify/notifymessage.h"

#include <QRandomGenerator>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

class TestNotifyMessage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void assignmentsAreUnderstood_data();
    void assignmentsAreUnderstood();
    void whatIsNoAssignmentIsRefused_data();
    void whatIsNoAssignmentIsRefused();
    void noBytesAreTooStrange();
};

void TestNotifyMessage::assignmentsAreUnderstood_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<NotifyMessage>("message");
    const auto row = [](const char *name, const QByteArray &bytes, const NotifyMessage &message) {
        QTest::newRow(name) << bytes << message;
    };
    row("ready", "READY=1", {.ready = true});
    row("a newline after it", "READY=1\n", {.ready = true});
    row("a NUL after it", QByteArray("READY=1\n\0", 9), {.ready = true});
    row("ready, but not yet", "READY=0", {});
    row("ready, more or less", "READY=1 ", {});
    row("heartbeat", "WATCHDOG=1", {.heartbeat = true});
    row("a wish to be killed", "WATCHDOG=trigger", {});
    row("all at once", "STATUS=bereit für 3 = alle\nREADY=1\nMAINPID=4711\nWATCHDOG=1\nERRNO=2",
        {.ready = true,
            .heartbeat = true,
            .status = u"bereit für 3 = alle"_s,
            .error = 2,
            .mainPid = 4711});
    row("the last counts", "STATUS=a\nSTATUS=b\nREADY=1\nREADY=0", {.status = u"b"_s});
    row("no status any more", "STATUS=", {.status = u""_s});
    row("not UTF-8", "STATUS=\xff", {.status = u"\ufffd"_s});
    row("no error", "ERRNO=0", {});
    row("no such error", "ERRNO=4096", {});
    row("a negative error", "ERRNO=-2", {});
    row("a word for an error", "ERRNO=ENOENT", {});
    row("no pid", "MAINPID=0", {});
    row("everybody's pid", "MAINPID=-1", {});
    row("beyond pids", "MAINPID=99999999999", {});
    row("what others understand",
        "RELOADING=1\nMONOTONIC_USEC=1\nFDSTORE=1\nFDNAME=x\nBARRIER=1\nX_OWN=1", {});
    row("time", "EXTEND_TIMEOUT_USEC=5000000", {.extension = 5000ms});
    row("time, rounded up", "EXTEND_TIMEOUT_USEC=1", {.extension = 1ms});
    row("time without end", "EXTEND_TIMEOUT_USEC=18446744073709551615",
        {.extension = 2'073'600'000ms});
    row("no time", "EXTEND_TIMEOUT_USEC=0", {});
    row("negative time", "EXTEND_TIMEOUT_USEC=-5", {});
    row("time beyond numbers", "EXTEND_TIMEOUT_USEC=18446744073709551616", {});
    row("time in words", "EXTEND_TIMEOUT_USEC=5s", {});
    row("on its way out", "STOPPING=1\nSTATUS=", {.stopping = true, .status = u""_s});
    row("noise beside an assignment", "\x01\x02\n=\nready=1\nREADY=1", {.ready = true});
}

void TestNotifyMessage::assignmentsAreUnderstood()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const NotifyMessage, message);
    const auto parsed = parseNotifyMessage(bytes);
    QVERIFY(parsed);
    QCOMPARE(*parsed, message);
}

void TestNotifyMessage::whatIsNoAssignmentIsRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("only NUL") << QByteArray(10, '\0');
    QTest::newRow("newlines") << QByteArray("\n\n");
    QTest::newRow("a word") << QByteArray("READY");
    QTest::newRow("a name in small letters") << QByteArray("ready=1");
    QTest::newRow("no name") << QByteArray("=1");
    QTest::newRow("a NUL inside") << QByteArray("READY=1\0STATUS=x", 16);
    QTest::newRow("binary") << QByteArray("\x7f\x45LF\x02\x01\x01=\n");
}

void TestNotifyMessage::whatIsNoAssignmentIsRefused()
{
    QFETCH(const QByteArray, bytes);
    QVERIFY(!parseNotifyMessage(bytes));
}

void TestNotifyMessage::noBytesAreTooStrange()
{
    QRandomGenerator random(20261123);
    const QByteArrayView letters = "READY=1\nSTATUS=MAINPID=-0123456789WATCHDOG=ERRNO=\0\xff\xc3";
    for (int round = 0; round < 20000; ++round) {
        QByteArray bytes;
        for (int i = random.bounded(60); i > 0; --i)
            bytes.append(letters[random.bounded(int(letters.size()))]);
        const auto message = parseNotifyMessage(bytes);
        QVERIFY(!message || bytes.contains('='));
        QVERIFY(!message || !message->ready || bytes.contains("READY=1"));
        QVERIFY(!message || !message->mainPid || *message->mainPid > 0);
    }
}

QTEST_GUILESS_MAIN(TestNotifyMessage)
#include "tst_notifymessage.moc"
