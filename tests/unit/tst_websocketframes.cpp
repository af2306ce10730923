// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/websocket/websocketframes.h"
#include "support/websocketbytes.h"

#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace semper;
using semper::test::ClientFrame;

namespace {

constexpr qint64 limit = 1000;
constexpr int continuation = 0x0;
constexpr int text = 0x1;
constexpr int ping = 0x9;

struct Passed
{
    QByteArrayList messages;
    quint16 fault = 0;
};

Passed pass(const QByteArray &bytes, qsizetype step)
{
    WebSocketFrames frames(limit);
    Passed result;
    for (qsizetype at = 0; at < bytes.size(); at += step) {
        frames.append(bytes.sliced(at, std::min(step, bytes.size() - at)));
        while (const auto next = frames.next()) {
            if (const auto *message = std::get_if<QByteArray>(&*next))
                result.messages.append(*message);
            else
                result.fault = std::get<WebSocketFault>(*next).code;
        }
    }
    return result;
}

} // namespace

class TestWebSocketFrames : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void wholeMessagesPassHoweverTheyArrive();
    void aControlFrameBetweenFragmentsPassesFirst();
    void whatBreaksARuleIsAFault_data();
    void whatBreaksARuleIsAFault();
    void nothingPassesAfterAFault();
    void largeFragmentsAreJoined_data();
    void largeFragmentsAreJoined();
    void emptyFragmentsTakeNoRoom();
};

void TestWebSocketFrames::wholeMessagesPassHoweverTheyArrive()
{
    const QByteArray one = ClientFrame{.payload = "one"}.bytes();
    const QByteArray fragments = ClientFrame{.payload = "two", .final = false}.bytes()
        + ClientFrame{.opcode = continuation, .payload = "", .final = false}.bytes()
        + ClientFrame{.opcode = continuation, .payload = "three"}.bytes();
    const QByteArray joined = "\x81\x88\0\0\0\0twothree"_ba;
    const QByteArray large = ClientFrame{.opcode = 0x2, .payload = QByteArray(limit, 'x')}.bytes();
    const QByteArray empty = ClientFrame{}.bytes();
    const QByteArray bytes = one + fragments + large + empty;
    for (const qsizetype step : {qsizetype(1), qsizetype(2), qsizetype(7), bytes.size()}) {
        const Passed passed = pass(bytes, step);
        QCOMPARE(passed.messages, QByteArrayList({one, joined, large, empty}));
        QCOMPARE(passed.fault, 0);
    }
}

void TestWebSocketFrames::aControlFrameBetweenFragmentsPassesFirst()
{
    const QByteArray first = ClientFrame{.payload = "a", .final = false}.bytes();
    const QByteArray between = ClientFrame{.opcode = ping, .payload = "?"}.bytes();
    const QByteArray last = ClientFrame{.opcode = continuation, .payload = "b"}.bytes();
    QCOMPARE(pass(first + between + last, 3).messages,
        QByteArrayList({between, "\x81\x82\0\0\0\0ab"_ba}));
}

void TestWebSocketFrames::whatBreaksARuleIsAFault_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    const QByteArray begun = ClientFrame{.payload = "a", .final = false}.bytes();
    const auto row = [](const char *name, const QByteArray &bytes, int code = 1002) {
        QTest::newRow(name) << bytes << code;
    };
    row("no mask", ClientFrame{.payload = "x", .masked = false}.bytes());
    row("reserved bit", ClientFrame{.payload = "x", .reserved = 4}.bytes());
    row("opcode 3", ClientFrame{.opcode = 0x3}.bytes());
    row("opcode 11", ClientFrame{.opcode = 0xb}.bytes());
    row("long ping", ClientFrame{.opcode = ping, .payload = QByteArray(126, 'x')}.bytes());
    row("ping in parts", ClientFrame{.opcode = ping, .final = false}.bytes());
    row("nothing to continue", ClientFrame{.opcode = continuation, .payload = "x"}.bytes());
    row("one within another", begun + ClientFrame{.opcode = text, .payload = "x"}.bytes());
    row("a length with the highest bit", "\x81\xff\x80\0\0\0\0\0\0\0"_ba);
    row("too large", ClientFrame{.payload = QByteArray(limit + 1, 'x')}.bytes(), 1009);
    row("too large, by its head", ClientFrame{.claimedBytes = qint64(1) << 40}.bytes(), 1009);
    row("too large together",
        ClientFrame{.payload = QByteArray(limit, 'x'), .final = false}.bytes()
            + ClientFrame{.opcode = continuation, .payload = "x"}.bytes(),
        1009);
    row("too large by far together",
        begun
            + ClientFrame{.opcode = continuation,
                .claimedBytes = std::numeric_limits<qint64>::max()}
                  .bytes(),
        1009);
}

void TestWebSocketFrames::whatBreaksARuleIsAFault()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const int, code);
    for (const qsizetype step : {qsizetype(1), bytes.size()}) {
        const Passed passed = pass(bytes, step);
        QCOMPARE(passed.fault, code);
        QVERIFY(passed.messages.isEmpty());
    }
}

void TestWebSocketFrames::nothingPassesAfterAFault()
{
    const QByteArray good = ClientFrame{.payload = "good"}.bytes();
    const Passed passed = pass(good + ClientFrame{.opcode = 0x3}.bytes() + good, 1000);
    QCOMPARE(passed.messages, QByteArrayList{good});
    QCOMPARE(passed.fault, 1002);
}

void TestWebSocketFrames::largeFragmentsAreJoined_data()
{
    QTest::addColumn<int>("size");
    for (const int size : {0, 1, 62, 63, 500})
        QTest::addRow("twice %d", size) << size;
}

void TestWebSocketFrames::largeFragmentsAreJoined()
{
    QFETCH(const int, size);
    const QByteArray half(size, 'x');
    const Passed passed = pass(ClientFrame{.opcode = 0x2, .payload = half, .final = false}.bytes()
            + ClientFrame{.opcode = continuation, .payload = half}.bytes(),
        13);
    QCOMPARE(passed.messages.size(), 1);
    // What comes out is a frame like any other.
    const Passed again = pass(passed.messages.first(), 1000);
    QCOMPARE(again.messages, passed.messages);
    QVERIFY(again.messages.first().endsWith(half + half));
    QCOMPARE(again.messages.first().at(0), '\x82');
}

void TestWebSocketFrames::emptyFragmentsTakeNoRoom()
{
    const QByteArray empty
        = ClientFrame{.opcode = continuation, .payload = "", .final = false}.bytes();
    const Passed passed = pass(ClientFrame{.payload = "a", .final = false}.bytes()
            + empty.repeated(20'000) + ClientFrame{.opcode = continuation, .payload = "b"}.bytes(),
        4096);
    QCOMPARE(passed.fault, 0);
    QCOMPARE(passed.messages, QByteArrayList{"\x81\x82\0\0\0\0ab"_ba});
}

QTEST_GUILESS_MAIN(TestWebSocketFrames)
#include "tst_websocketframes.moc"
