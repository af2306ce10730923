// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/framereader.h"

#include "protocol/keys.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

class TestFrameReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void framesGluedTogetherComeOutOneByOne();
    void aFrameInPiecesComesOutWhole();
    void nonsenseIsAnErrorAndTheEnd_data();
    void nonsenseIsAnErrorAndTheEnd();
    void aMegabyteWithoutANewlineIsRefusedAtTheLimit();
    void aFrameOfExactlyTheLimitPasses();
    void itemsAreSplitIntoPartsBelowTheLimit();
    void noItemsStillMakeOneLastPart();
};

void TestFrameReader::framesGluedTogetherComeOutOneByOne()
{
    FrameReader reader;
    reader.append("{\"type\":\"a\"}\n\r\n{\"type\":\"b\"}\n{\"type\":");
    QCOMPARE(std::get<QJsonObject>(*reader.next()).value(keys::type), u"a"_s);
    QCOMPARE(std::get<QJsonObject>(*reader.next()).value(keys::type), u"b"_s);
    QVERIFY(!reader.next());
}

void TestFrameReader::aFrameInPiecesComesOutWhole()
{
    FrameReader reader;
    const QByteArray frame = encodeFrame({{keys::type, u"ü"_s}});
    for (const char byte : frame) {
        QVERIFY(!reader.next());
        reader.append(QByteArray(1, byte));
    }
    QCOMPARE(std::get<QJsonObject>(*reader.next()).value(keys::type), u"ü"_s);
}

void TestFrameReader::nonsenseIsAnErrorAndTheEnd_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("text") << QByteArray("hello\n");
    QTest::newRow("array") << QByteArray("[1,2]\n");
    QTest::newRow("no type") << QByteArray("{\"id\":1}\n");
    QTest::newRow("type is a number") << QByteArray("{\"type\":1}\n");
    QTest::newRow("broken UTF-8") << QByteArray("{\"type\":\"\xc3\x28\"}\n");
    QTest::newRow("http") << QByteArray("GET / HTTP/1.1\r\n");
}

void TestFrameReader::nonsenseIsAnErrorAndTheEnd()
{
    QFETCH(const QByteArray, line);
    FrameReader reader;
    reader.append(line + "{\"type\":\"a\"}\n");
    const auto item = reader.next();
    QVERIFY(item && std::holds_alternative<FrameError>(*item));
    QCOMPARE(std::get<FrameError>(*item).code, u"bad_frame"_s);
    QVERIFY(!reader.next());
}

void TestFrameReader::aMegabyteWithoutANewlineIsRefusedAtTheLimit()
{
    FrameReader reader;
    reader.append(QByteArray(1024 * 1024, 'x'));
    QCOMPARE(std::get<FrameError>(*reader.next()).code, u"frame_too_long"_s);
}

void TestFrameReader::aFrameOfExactlyTheLimitPasses()
{
    const QByteArray bare = encodeFrame({{keys::type, QString()}});
    for (const int excess : {0, 1}) {
        FrameReader reader;
        reader.append(
            encodeFrame({{keys::type, QString(maximumFrameBytes - bare.size() + excess, u'x')}}));
        QCOMPARE(std::holds_alternative<FrameError>(*reader.next()), excess == 1);
    }
}

void TestFrameReader::itemsAreSplitIntoPartsBelowTheLimit()
{
    QJsonArray items;
    for (int i = 0; i < 1000; ++i)
        items.append(QJsonObject{{keys::id, i}, {keys::text, QString(300, u'ü')}});
    const QList<QJsonObject> parts
        = splitFrame(makeFrame(frames::snapshot), keys::processes, items);
    QVERIFY(parts.size() > 9);
    QJsonArray together;
    for (const QJsonObject &part : parts) {
        QVERIFY(encodeFrame(part).size() <= maximumFrameBytes);
        QCOMPARE(part.value(keys::last).toBool(), part == parts.last());
        for (const QJsonValue &item : part.value(keys::processes).toArray())
            together.append(item);
    }
    QCOMPARE(together, items);
}

void TestFrameReader::noItemsStillMakeOneLastPart()
{
    const auto parts = splitFrame(makeFrame(frames::snapshot), keys::processes, {});
    QCOMPARE(parts.size(), 1);
    QCOMPARE(parts.first().value(keys::part), 1);
    QCOMPARE(parts.first().value(keys::last), true);
}

QTEST_GUILESS_MAIN(TestFrameReader)
#include "tst_framereader.moc"
