// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/tcp/streamframes.h"

#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

constexpr qint64 limit = 16;

struct Cut
{
    QByteArrayList frames;
    bool broken = false;
};

/// What comes out of \a bytes when they arrive \a step at a time.
Cut cut(StreamFraming framing, const QByteArray &bytes, qsizetype step)
{
    StreamFrames frames(framing, limit);
    Cut result;
    for (qsizetype at = 0; at < bytes.size(); at += step) {
        frames.append(bytes.sliced(at, std::min(step, bytes.size() - at)));
        while (const auto next = frames.next()) {
            if (const auto *frame = std::get_if<QByteArray>(&*next))
                result.frames.append(*frame);
            else
                result.broken = true;
        }
    }
    return result;
}

} // namespace

class TestStreamFrames : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void wordsOfTheConfigurationAreKnown();
    void framesAreCutHoweverTheyArrive_data();
    void framesAreCutHoweverTheyArrive();
    void aFrameThatIsTooLongBreaksTheStream_data();
    void aFrameThatIsTooLongBreaksTheStream();
    void aLengthThatIsTooLargeIsKnownAtOnce();
    void aRawStreamIsHandedOnAsItComes();
    void whatIsEncodedIsCutOutAgain_data();
    void whatIsEncodedIsCutOutAgain();
    void aLineWithALineBreakCannotBeSent();
};

void TestStreamFrames::wordsOfTheConfigurationAreKnown()
{
    QCOMPARE(streamFramingFromString(u"newline"_s), StreamFraming::Newline);
    QCOMPARE(streamFramingFromString(QString()), StreamFraming::Newline);
    QCOMPARE(streamFramingFromString(u"length"_s), StreamFraming::Length);
    QCOMPARE(streamFramingFromString(u"raw"_s), StreamFraming::Raw);
    QCOMPARE(streamFramingFromString(u"swoft"_s), std::nullopt);
}

void TestStreamFrames::framesAreCutHoweverTheyArrive_data()
{
    QTest::addColumn<StreamFraming>("framing");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArrayList>("frames");
    const auto line = StreamFraming::Newline;
    const auto length = StreamFraming::Length;
    QTest::newRow("lines") << line << "one\ntwo\n"_ba << QByteArrayList{"one", "two"};
    QTest::newRow("CR LF") << line << "one\r\ntwo\r\n"_ba << QByteArrayList{"one", "two"};
    QTest::newRow("empty lines") << line << "\n\r\nx\n"_ba << QByteArrayList{"", "", "x"};
    QTest::newRow("CR within") << line << "a\rb\n"_ba << QByteArrayList{"a\rb"};
    QTest::newRow("binary line") << line << "\0\xff\x80\n"_ba << QByteArrayList{"\0\xff\x80"_ba};
    QTest::newRow("the longest line")
        << line << "0123456789abcdef\n"_ba << QByteArrayList{"0123456789abcdef"};
    QTest::newRow("the longest line, CR LF")
        << line << "0123456789abcdef\r\n"_ba << QByteArrayList{"0123456789abcdef"};
    QTest::newRow("unfinished line") << line << "one\ntw"_ba << QByteArrayList{"one"};
    QTest::newRow("lengths") << length << "\0\0\0\3one\0\0\0\2\n\n"_ba
                             << QByteArrayList{"one", "\n\n"};
    QTest::newRow("empty") << length << "\0\0\0\0\0\0\0\1x"_ba << QByteArrayList{"", "x"};
    QTest::newRow("the longest") << length << "\0\0\0\x10"_ba + "0123456789abcdef"
                                 << QByteArrayList{"0123456789abcdef"};
    QTest::newRow("unfinished") << length << "\0\0\0\1x\0\0\0\2y"_ba << QByteArrayList{"x"};
    QTest::newRow("unfinished length") << length << "\0\0\0\1x\0\0"_ba << QByteArrayList{"x"};
}

void TestStreamFrames::framesAreCutHoweverTheyArrive()
{
    QFETCH(const StreamFraming, framing);
    QFETCH(const QByteArray, bytes);
    QFETCH(const QByteArrayList, frames);
    for (qsizetype step = 1; step <= bytes.size(); ++step) {
        const Cut result = cut(framing, bytes, step);
        QCOMPARE(result.frames, frames);
        QVERIFY(!result.broken);
    }
}

void TestStreamFrames::aFrameThatIsTooLongBreaksTheStream_data()
{
    QTest::addColumn<StreamFraming>("framing");
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("line") << StreamFraming::Newline << "ok\n0123456789abcdefg\nmore\n"_ba;
    QTest::newRow("endless line") << StreamFraming::Newline << "ok\n" + QByteArray(100, 'x');
    QTest::newRow("length") << StreamFraming::Length
                            << "\0\0\0\2ok\0\0\0\x11"_ba + "0123\n\0\0\0\1x"_ba;
}

void TestStreamFrames::aFrameThatIsTooLongBreaksTheStream()
{
    QFETCH(const StreamFraming, framing);
    QFETCH(const QByteArray, bytes);
    for (qsizetype step = 1; step <= bytes.size(); ++step) {
        const Cut result = cut(framing, bytes, step);
        QCOMPARE(result.frames, QByteArrayList{"ok"});
        QVERIFY(result.broken);
    }
}

void TestStreamFrames::aLengthThatIsTooLargeIsKnownAtOnce()
{
    const Cut result = cut(StreamFraming::Length, "\xff\xff\xff\xff"_ba, 4);
    QVERIFY(result.broken);
}

void TestStreamFrames::aRawStreamIsHandedOnAsItComes()
{
    QCOMPARE(
        cut(StreamFraming::Raw, "abc\ndef"_ba, 3).frames, QByteArrayList({"abc", "\nde", "f"}));
    // Never more than a frame may have.
    QCOMPARE(cut(StreamFraming::Raw, QByteArray(20, 'x'), 20).frames,
        QByteArrayList({QByteArray(16, 'x'), QByteArray(4, 'x')}));
}

void TestStreamFrames::whatIsEncodedIsCutOutAgain_data()
{
    QTest::addColumn<StreamFraming>("framing");
    QTest::newRow("newline") << StreamFraming::Newline;
    QTest::newRow("length") << StreamFraming::Length;
}

void TestStreamFrames::whatIsEncodedIsCutOutAgain()
{
    QFETCH(const StreamFraming, framing);
    QByteArray bytes;
    const QByteArrayList frames{"one", "", "\0\xff"_ba, "0123456789abcdef"};
    for (const QByteArray &frame : frames)
        bytes += StreamFrames::encode(framing, frame).value();
    QCOMPARE(cut(framing, bytes, 5).frames, frames);
}

void TestStreamFrames::aLineWithALineBreakCannotBeSent()
{
    QCOMPARE(StreamFrames::encode(StreamFraming::Newline, "a\nb"_ba), std::nullopt);
    QCOMPARE(StreamFrames::encode(StreamFraming::Raw, "a\nb"_ba), "a\nb"_ba);
}

QTEST_GUILESS_MAIN(TestStreamFrames)
#include "tst_streamframes.moc"
