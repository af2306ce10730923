// SPDX-License-Identifier: GPL-3.0-or-later
#include "output/outputtail.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

class TestOutputTail : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theLastLinesAreKept();
    void aLineMayComeInPieces();
    void whatIsLongIsCut();
    void ofAFloodTheEndIsKept();
};

void TestOutputTail::theLastLinesAreKept()
{
    OutputTail tail;
    QVERIFY(tail.isEmpty());
    QCOMPARE(tail.lines(), QStringList());
    tail.add("one\r\n\ntwo\n");
    QCOMPARE(tail.lines(), (QStringList{u"one"_s, u"two"_s}));
    for (int i = 0; i < 20; ++i)
        tail.add(QByteArray::number(i) + '\n');
    QCOMPARE(tail.lines().size(), OutputTail::mostLines);
    QCOMPARE(tail.lines().constFirst(), u"10"_s);
    QCOMPARE(tail.lines().constLast(), u"19"_s);
}

void TestOutputTail::aLineMayComeInPieces()
{
    OutputTail tail;
    tail.add("no such");
    tail.add(" row\nand no ");
    tail.add("end");
    QCOMPARE(tail.lines(), (QStringList{u"no such row"_s, u"and no end"_s}));
}

void TestOutputTail::whatIsLongIsCut()
{
    OutputTail tail;
    tail.add(QByteArray(10'000, 'x') + "\nlast\n");
    QCOMPARE(tail.lines(), QStringList{u"last"_s}); // where the first began is not known
    OutputTail whole;
    whole.add(QByteArray(1000, 'x') + "\nlast\n");
    QCOMPARE(whole.lines(), (QStringList{QString(OutputTail::mostBytesOfLine, u'x'), u"last"_s}));
    OutputTail endless;
    endless.add(QByteArray(100'000, 'x'));
    QCOMPARE(endless.lines(), QStringList{QString(OutputTail::mostBytesOfLine, u'x')});
}

void TestOutputTail::ofAFloodTheEndIsKept()
{
    OutputTail tail;
    for (int i = 0; i < 10'000; ++i)
        tail.add("line " + QByteArray::number(i) + '\n');
    QCOMPARE(tail.lines().constFirst(), u"line 9990"_s);
    QCOMPARE(tail.lines().constLast(), u"line 9999"_s);
}

QTEST_GUILESS_MAIN(TestOutputTail)
#include "tst_outputtail.moc"
