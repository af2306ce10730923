// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/requestreader.h"

#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

const QByteArray counted = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nwell";
const QByteArray chunked = "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "2\r\nfi\r\n2\r\nne\r\n0\r\n\r\n";
const QByteArray bare = "GET /c HTTP/1.1\r\nHost: x\r\n\r\n";

/// The path and the body of each request that is whole by now; "!" and the status of a problem.
QByteArrayList requestsOf(RequestReader &reader)
{
    QByteArrayList requests;
    for (;;) {
        auto problem = reader.readHead();
        if (!problem && reader.hasHead())
            problem = reader.readBody();
        if (problem)
            return requests << "!" + QByteArray::number(problem->status);
        if (!reader.hasBody())
            return requests;
        const QByteArray body = reader.takeBody();
        requests << reader.head().path + ' ' + body;
    }
}

} // namespace

class TestRequestReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void requestsInAnyPiecesAreRead();
    void aBlankLineIsNoRequest();
    void theClientOwesNothingOnceItsRequestIsHere();
    void aHeadRequestIsKnownHoweverBad();
    void whatIsBehindAnUpgradeIsHandedOver();
    void aClientHoldsWhatItSentAndNotTheRoomItCameIn();
};

void TestRequestReader::requestsInAnyPiecesAreRead()
{
    const QByteArray all = counted + chunked + "\r\n" + bare + counted;
    const QByteArrayList expected{"/a well", "/b fine", "/c ", "/a well"};
    for (qsizetype size = 1; size <= all.size(); ++size) {
        const HttpLimits limits;
        RequestReader reader(limits);
        QByteArrayList requests;
        for (qsizetype at = 0; at < all.size(); at += size) {
            reader.append(QByteArrayView(all).sliced(at, std::min(size, all.size() - at)));
            requests += requestsOf(reader);
        }
        QCOMPARE(requests, expected);
        QVERIFY(!reader.hasBegun());
    }
}

void TestRequestReader::aBlankLineIsNoRequest()
{
    const HttpLimits limits;
    RequestReader reader(limits);
    reader.append("\r");
    QCOMPARE(requestsOf(reader), QByteArrayList());
    QVERIFY(!reader.hasBegun());
    reader.append("\n" + bare);
    QCOMPARE(requestsOf(reader), QByteArrayList{"/c "});
}

void TestRequestReader::theClientOwesNothingOnceItsRequestIsHere()
{
    const HttpLimits limits;
    RequestReader reader(limits);
    reader.append(counted.chopped(1));
    QCOMPARE(requestsOf(reader), QByteArrayList());
    QVERIFY(reader.hasHead() && !reader.hasAll());
    reader.append("l");
    QVERIFY(reader.hasAll());
    reader.append(bare);
    QVERIFY(!reader.hasAll());
    QCOMPARE(requestsOf(reader), (QByteArrayList{"/a well", "/c "}));
    QVERIFY(reader.hasAll());
    reader.append(chunked.chopped(2));
    QCOMPARE(requestsOf(reader), QByteArrayList());
    QVERIFY(!reader.hasAll());
}

// Its refusal has no body: the client would take it for the answer to its next request.
void TestRequestReader::aHeadRequestIsKnownHoweverBad()
{
    const HttpLimits limits;
    RequestReader reader(limits);
    reader.append("HEAD /c HTTP/1.1\r\n\r\n");
    QCOMPARE(requestsOf(reader), QByteArrayList{"!400"});
    QVERIFY(reader.isForHead());
    RequestReader other(limits);
    other.append("GET /c HTTP/1.1\r\n\r\n");
    QCOMPARE(requestsOf(other), QByteArrayList{"!400"});
    QVERIFY(!other.isForHead());
}

void TestRequestReader::whatIsBehindAnUpgradeIsHandedOver()
{
    const HttpLimits limits;
    RequestReader reader(limits);
    reader.append(bare + "frames");
    QVERIFY(!reader.readHead());
    QVERIFY(reader.hasHead());
    QCOMPARE(reader.takeRest(), "frames");
    QVERIFY(!reader.hasBegun());
}

void TestRequestReader::aClientHoldsWhatItSentAndNotTheRoomItCameIn()
{
    const HttpLimits limits;
    RequestReader reader(limits);
    QByteArray read = bare;
    read.reserve(64 * 1024); // as QIODevice::read() returns it
    reader.append(read);
    QVERIFY2(reader.heldBytes() < 1024, QByteArray::number(reader.heldBytes()));
    reader.append(QByteArray(1024 * 1024, 'x'));
    QCOMPARE(requestsOf(reader).first(), "/c ");
    reader.takeRest();
    QCOMPARE(reader.heldBytes(), 0);
}

QTEST_GUILESS_MAIN(TestRequestReader)
#include "tst_requestreader.moc"
