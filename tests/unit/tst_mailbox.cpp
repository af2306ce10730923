// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/mailbox.h"

#include <QTest>

using namespace semper;

namespace {

/// Writes all that waits to a connection, from \a position on. Returns what was written.
QByteArrayList write(Mailbox &box, qint64 position = 0)
{
    QByteArrayList written;
    while (const QByteArray *frame = box.next()) {
        written.append(*frame);
        position += frame->size();
        box.handOver(position);
    }
    return written;
}

} // namespace

/// What waits for a process, without a process.
class TestMailbox : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatWaitsComesOutInOrder();
    void itIsBoundedByNumber();
    void itIsBoundedByBytes();
    void whatWasTakenIsNotWrittenAgain();
    void whatWasNotTakenIsWrittenAgainBeforeAllElse();
    void aFrameThatWasTakenInPartIsWrittenAgain();
    void aWithdrawnRequestIsNeverWritten();
    void aWithdrawnRequestIsNotWrittenAgain();
    void clearingCountsMessagesOnly();
};

void TestMailbox::whatWaitsComesOutInOrder()
{
    Mailbox box;
    QVERIFY(!box.next());
    QVERIFY(box.add("a"));
    QVERIFY(box.add("b", 7));
    QVERIFY(box.isWaiting(7));
    QCOMPARE(write(box), (QByteArrayList{"a", "b"}));
    QVERIFY(!box.isWaiting(7));
    QCOMPARE(box.waiting(), 0);
}

void TestMailbox::itIsBoundedByNumber()
{
    Mailbox box;
    for (int i = 0; i < Mailbox::maximumCount; ++i)
        QVERIFY(box.add("x"));
    QVERIFY(!box.add("x"));
    QCOMPARE(box.waiting(), Mailbox::maximumCount);
    box.handOver(1);
    QVERIFY(box.add("x"));
}

void TestMailbox::itIsBoundedByBytes()
{
    Mailbox box;
    const QByteArray half(Mailbox::maximumBytes / 2, 'x');
    QVERIFY(box.add(half));
    QVERIFY(box.add(half));
    QVERIFY(!box.add("x"));
    box.handOver(half.size());
    QVERIFY(box.add(half));
    QVERIFY(!box.add("x"));
    box.clear();
    QVERIFY(box.add(half));
}

void TestMailbox::whatWasTakenIsNotWrittenAgain()
{
    Mailbox box;
    QVERIFY(box.add("abc"));
    write(box, 100); // other frames went over the connection before
    box.connectionLost(103);
    QVERIFY(!box.next());
}

void TestMailbox::whatWasNotTakenIsWrittenAgainBeforeAllElse()
{
    Mailbox box;
    for (const char *frame : {"aa", "bb", "cc"})
        QVERIFY(box.add(frame));
    write(box);
    QVERIFY(box.add("dd", 9));
    box.connectionLost(2);
    QCOMPARE(write(box), (QByteArrayList{"bb", "cc", "dd"}));
}

void TestMailbox::aFrameThatWasTakenInPartIsWrittenAgain()
{
    Mailbox box;
    QVERIFY(box.add("abcdef", 3));
    write(box);
    box.taken(5);
    box.connectionLost(5);
    QVERIFY(box.isWaiting(3));
    QCOMPARE(write(box), QByteArrayList{"abcdef"});
}

void TestMailbox::aWithdrawnRequestIsNeverWritten()
{
    Mailbox box;
    const QByteArray large(Mailbox::maximumBytes - 2, 'x');
    QVERIFY(box.add("a"));
    QVERIFY(box.add(large, 4));
    box.withdraw(4);
    QVERIFY(box.add(large)); // its bytes are free again
    QCOMPARE(write(box), (QByteArrayList{"a", large}));
}

void TestMailbox::aWithdrawnRequestIsNotWrittenAgain()
{
    Mailbox box;
    QVERIFY(box.add("a", 1));
    QVERIFY(box.add("b"));
    write(box);
    box.withdraw(1);
    box.connectionLost(0);
    QCOMPARE(write(box), QByteArrayList{"b"});
}

void TestMailbox::clearingCountsMessagesOnly()
{
    Mailbox box;
    QVERIFY(box.add("a"));
    QVERIFY(box.add("b", 5));
    QVERIFY(box.add("c"));
    QCOMPARE(box.clear(), 2);
    QVERIFY(!box.next());
    QVERIFY(!box.isWaiting(5));
}

QTEST_APPLESS_MAIN(TestMailbox)
#include "tst_mailbox.moc"
