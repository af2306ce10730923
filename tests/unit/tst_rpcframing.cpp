// SPDX-License-Identifier: GPL-3.0-or-later
#include "rpc/rpcdetection.h"
#include "rpc/rpcframereader.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace semper;

Q_DECLARE_METATYPE(semper::RpcFraming)
Q_DECLARE_METATYPE(semper::RpcDetection)

namespace {

/// Everything that comes out of \a reader; an error as its code.
QByteArrayList drain(RpcFrameReader &reader)
{
    QByteArrayList found;
    while (const auto next = reader.next()) {
        if (const auto *error = std::get_if<RpcError>(&*next))
            found.append(QByteArray::number(error->code()));
        else
            found.append(std::get<QByteArray>(*next));
    }
    return found;
}

QByteArrayList read(RpcFraming framing, const QByteArray &bytes, qsizetype limit = 1000)
{
    RpcFrameReader reader(framing, limit);
    reader.append(bytes);
    return drain(reader);
}

} // namespace

class TestRpcFraming : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void messagesComeOutWhereverTheStreamIsCut_data();
    void messagesComeOutWhereverTheStreamIsCut();
    void aMessageOfExactlyTheLimitPasses_data();
    void aMessageOfExactlyTheLimitPasses();
    void lineEndsOfBothKindsAreTaken();
    void headersAreReadAsLspHasThem_data();
    void headersAreReadAsLspHasThem();
    void headersThatSayNoLengthAreTheEnd_data();
    void headersThatSayNoLengthAreTheEnd();
    void aStreamWithoutAnEndIsRefusedAtTheLimit_data();
    void aStreamWithoutAnEndIsRefusedAtTheLimit();
    void blankLinesCostNoMoreThanOtherBytes();
    void aLongMessageLeavesNoRoomBehind();
    void anAnnouncedGiantIsRefusedBeforeItComes();
    void anAnnouncedMessageHasBegun();
    void theRestIsAMessageWhereNoLengthWasPromised();
    void theFramingIsToldByTheFirstBytes_data();
    void theFramingIsToldByTheFirstBytes();
    void pieceByPieceTheFramingIsTheSame_data();
    void pieceByPieceTheFramingIsTheSame();
};

void TestRpcFraming::messagesComeOutWhereverTheStreamIsCut_data()
{
    QTest::addColumn<RpcFraming>("framing");
    QTest::newRow("newline") << RpcFraming::Newline;
    QTest::newRow("content-length") << RpcFraming::ContentLength;
    QTest::newRow("swoft") << RpcFraming::Swoft;
}

void TestRpcFraming::messagesComeOutWhereverTheStreamIsCut()
{
    QFETCH(const RpcFraming, framing);
    const QByteArrayList sent{R"({"a":"\r\n\r\n"})", "[]", "{\"\u00fc\":1}", QByteArray(300, 'x')};
    QByteArray stream;
    for (const QByteArray &text : sent)
        stream += framed(framing, text);
    QCOMPARE(read(framing, stream), sent);
    quint32 seed = 7;
    for (int round = 0; round < 500; ++round) {
        RpcFrameReader reader(framing, 1000);
        QByteArrayList found;
        for (qsizetype at = 0; at < stream.size();) {
            seed = seed * 1664525 + 1013904223;
            const qsizetype piece = round == 0 ? 1 : 1 + static_cast<qsizetype>((seed >> 8) % 40);
            reader.append(stream.mid(at, piece));
            at += piece;
            found += drain(reader);
        }
        QCOMPARE(found, sent);
        QCOMPARE(reader.pending(), 0);
    }
}

void TestRpcFraming::aMessageOfExactlyTheLimitPasses_data()
{
    messagesComeOutWhereverTheStreamIsCut_data();
}

void TestRpcFraming::aMessageOfExactlyTheLimitPasses()
{
    QFETCH(const RpcFraming, framing);
    const QByteArray text(100, 'x');
    QCOMPARE(read(framing, framed(framing, text), 100), QByteArrayList{text});
    QCOMPARE(read(framing, framed(framing, text + "yz"), 100), QByteArrayList{"-32600"});
}

void TestRpcFraming::lineEndsOfBothKindsAreTaken()
{
    QCOMPARE(read(RpcFraming::Newline, "\r\n\n{}\r\n[]\n \n"), (QByteArrayList{"{}", "[]"}));
    QCOMPARE(
        read(RpcFraming::Swoft, "{\n}\r\n\r\n\r\n\r\n[]\r\n\r\n"), (QByteArrayList{"{\n}", "[]"}));
}

void TestRpcFraming::headersAreReadAsLspHasThem_data()
{
    QTest::addColumn<QByteArray>("headers");
    for (const char *headers : {"Content-Length: 2", "content-length:2", "CONTENT-LENGTH:   2  ",
             "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 2",
             "Content-Length: 2\r\nX: Content-Length: 3"})
        QTest::newRow(headers) << QByteArray(headers);
}

void TestRpcFraming::headersAreReadAsLspHasThem()
{
    QFETCH(const QByteArray, headers);
    QCOMPARE(read(RpcFraming::ContentLength, headers + "\r\n\r\n{}" + headers + "\r\n\r\n[]"),
        (QByteArrayList{"{}", "[]"}));
}

void TestRpcFraming::headersThatSayNoLengthAreTheEnd_data()
{
    QTest::addColumn<QByteArray>("headers");
    for (const char *headers :
        {"Content-Length: -2\r\n\r\n", "Content-Length: two\r\n\r\n", "Content-Length:\r\n\r\n",
            "Content-Type: x\r\n\r\n", "\r\n\r\n", "Content-Length: 2\r\nContent-Length: 2\r\n\r\n",
            "Content-Length: 2\n\n", "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n",
            "Content-Length: 99999999999999999999\r\n\r\n", "Content-Length: 0x2\r\n\r\n"})
        QTest::newRow(headers) << QByteArray(headers);
    QTest::newRow("endless") << QByteArray(5000, 'a');
}

void TestRpcFraming::headersThatSayNoLengthAreTheEnd()
{
    QFETCH(const QByteArray, headers);
    QCOMPARE(read(RpcFraming::ContentLength, headers + "{}Content-Length: 2\r\n\r\n{}"),
        QByteArrayList{"-32700"});
}

void TestRpcFraming::aStreamWithoutAnEndIsRefusedAtTheLimit_data()
{
    QTest::addColumn<RpcFraming>("framing");
    QTest::newRow("newline") << RpcFraming::Newline;
    QTest::newRow("swoft") << RpcFraming::Swoft;
}

void TestRpcFraming::aStreamWithoutAnEndIsRefusedAtTheLimit()
{
    QFETCH(const RpcFraming, framing);
    RpcFrameReader reader(framing, 1000);
    QByteArrayList found;
    for (int i = 0; i < 10'000; ++i) {
        reader.append(QByteArray(100, '{'));
        found += drain(reader);
        QVERIFY(reader.pending() <= 1100);
    }
    QCOMPARE(found, QByteArrayList{"-32600"});
    QCOMPARE(reader.pending(), 0);
}

void TestRpcFraming::blankLinesCostNoMoreThanOtherBytes()
{
    constexpr qsizetype million = 1'000'000;
    qint64 least = million;
    for (int i = 0; i < 5; ++i) { // The machine may pause.
        RpcFrameReader reader(RpcFraming::Newline, 100);
        reader.append(QByteArray(million, '\n') + QByteArray(million, ' ') + "{}\n\n");
        QElapsedTimer timer;
        timer.start();
        const auto message = reader.next();
        least = std::min(least, timer.elapsed());
        QVERIFY(message && std::holds_alternative<QByteArray>(*message));
        QCOMPARE(std::get<QByteArray>(*message), "{}");
        QVERIFY(!reader.next());
        QVERIFY(!reader.isMidMessage());
    }
    QVERIFY2(least < 30, qPrintable(QString::number(least)));
}

void TestRpcFraming::aLongMessageLeavesNoRoomBehind()
{
    constexpr qsizetype million = 1'000'000;
    RpcFrameReader reader(RpcFraming::Newline, million);
    for (int i = 0; i < 10; ++i)
        reader.append(QByteArray(million / 10, 'x'));
    QVERIFY(!reader.next());
    QVERIFY(reader.heldBytes() >= million);
    reader.append("\nhalf of the next");
    QVERIFY(reader.next());
    QVERIFY(reader.heldBytes() < million / 10);
    reader.append("\n");
    QCOMPARE(std::get<QByteArray>(*reader.next()), "half of the next");
}

void TestRpcFraming::anAnnouncedGiantIsRefusedBeforeItComes()
{
    QCOMPARE(
        read(RpcFraming::ContentLength, "Content-Length: 1001\r\n\r\n"), QByteArrayList{"-32600"});
}

void TestRpcFraming::anAnnouncedMessageHasBegun()
{
    RpcFrameReader reader(RpcFraming::ContentLength, 1000);
    QVERIFY(!reader.isMidMessage());
    reader.append("Content-Length: 5\r\n\r\n");
    QCOMPARE(drain(reader), QByteArrayList());
    QVERIFY(reader.isMidMessage());
    reader.append("hello");
    QCOMPARE(drain(reader), QByteArrayList{"hello"});
    QVERIFY(!reader.isMidMessage());
}

void TestRpcFraming::theRestIsAMessageWhereNoLengthWasPromised()
{
    const auto rest = [](RpcFraming framing, const QByteArray &bytes) {
        RpcFrameReader reader(framing, 1000);
        reader.append(bytes);
        drain(reader);
        return reader.rest();
    };
    QCOMPARE(rest(RpcFraming::Newline, "[]\n{}"), "{}"_ba);
    QCOMPARE(rest(RpcFraming::Newline, "[]\n \r"), std::nullopt);
    QCOMPARE(rest(RpcFraming::Swoft, "{}\r\n"), "{}"_ba);
    QCOMPARE(rest(RpcFraming::ContentLength, "Content-Length: 3\r\n\r\n{}"), std::nullopt);
}

void TestRpcFraming::theFramingIsToldByTheFirstBytes_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<RpcDetection>("framing");
    const auto row = [](const char *name, const QByteArray &bytes, RpcDetection framing) {
        QTest::newRow(name) << bytes << framing;
    };
    const QByteArray call = R"({"jsonrpc":"2.0","method":"a","id":1})";
    const QByteArray swoft
        = R"({"jsonrpc":"2.0","method":"1.0::A\\B::c","params":[],"id":"","ext":[]})";
    row("nothing", "", RpcDetection::NeedsMore);
    row("blank", " \r\n\t", RpcDetection::NeedsMore);
    row("line", call + '\n', RpcDetection::Newline);
    row("half a line", call, RpcDetection::NeedsMore);
    row("batch", '[' + call + "]\r\n", RpcDetection::Newline);
    row("line in CR LF with an id", call + "\r\n", RpcDetection::Newline);
    row("two lines in CR LF", call + "\r\n{", RpcDetection::Newline);
    row("broken line", "{broken\n", RpcDetection::Newline);
    row("broken line in CR LF", "{broken\r\n", RpcDetection::NewlineUnlessMoreComes);
    row("notification in CR LF",
        R"({"jsonrpc":"2.0","method":"a"})"
        "\r\n"_ba,
        RpcDetection::NewlineUnlessMoreComes);
    row("word", "hello\n", RpcDetection::Newline);
    row("words", "hello world\n", RpcDetection::Newline);
    row("long word", QByteArray(20, 'a'), RpcDetection::Newline);
    row("number", "1\n", RpcDetection::Newline);
    row("header", "Content-Length: 5\r\n", RpcDetection::ContentLength);
    row("header in small letters", "content-type: x", RpcDetection::ContentLength);
    row("half a header", "Content-Le", RpcDetection::NeedsMore);
    row("swoft", swoft + "\r\n\r\n", RpcDetection::Swoft);
    row("swoft, all but the end", swoft + "\r\n", RpcDetection::Swoft);
    row("swoft, all but the last byte", swoft + "\r\n\r", RpcDetection::NewlineUnlessMoreComes);
    row("swoft, a plain method", call + "\r\n\r\n", RpcDetection::Swoft);
    row("swoft, broken", "{broken\r\n\r\n", RpcDetection::Swoft);
    row("POST", "POST / HTTP/1.1\r\n", RpcDetection::Http);
    row("GET", "GET ", RpcDetection::Http);
    row("half a method", "POS", RpcDetection::NeedsMore);
    row("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", RpcDetection::Http);
    row("TLS", QByteArray("\x16\x03\x01\x02\x00", 5), RpcDetection::Foreign);
    row("zero", QByteArray(1, '\0'), RpcDetection::Foreign);
    row("high byte", "\xff\xfe", RpcDetection::Foreign);
}

void TestRpcFraming::theFramingIsToldByTheFirstBytes()
{
    QFETCH(const QByteArray, bytes);
    QTEST(detectRpcFraming(bytes), "framing");
}

void TestRpcFraming::pieceByPieceTheFramingIsTheSame_data()
{
    theFramingIsToldByTheFirstBytes_data();
}

/// No prefix is taken for something else than the whole.
void TestRpcFraming::pieceByPieceTheFramingIsTheSame()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const RpcDetection, framing);
    for (qsizetype size = 0; size < bytes.size(); ++size) {
        const RpcDetection guess = detectRpcFraming(bytes.first(size));
        const bool open
            = guess == RpcDetection::NeedsMore || guess == RpcDetection::NewlineUnlessMoreComes;
        if (bytes.endsWith("}\r\n\r\n") && bytes.contains("\"id\":1")
            && guess == RpcDetection::Newline)
            continue; // A call with an id of its own is no call of Swoft's.
        const bool laterOpen
            = framing == RpcDetection::NeedsMore || framing == RpcDetection::NewlineUnlessMoreComes;
        QVERIFY2(open || guess == framing || laterOpen, bytes.first(size));
    }
}

QTEST_GUILESS_MAIN(TestRpcFraming)
#include "tst_rpcframing.moc"
