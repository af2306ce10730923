// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/redisreply.h>

#include "redis/rediscommand.h"
#include "redis/redisreader.h"
#include <semper/redisargument.h>

#include <QTest>

#include <limits>
#include <stdexcept>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

constexpr qint64 plenty = 1024 * 1024;

[[nodiscard]] RedisReply read(const QByteArray &bytes)
{
    RedisReader reader(plenty);
    reader.feed(bytes);
    return reader.next().value_or(RedisReply::text(RedisReply::Type::Status, "nothing came"));
}

[[nodiscard]] RedisReply string(const QByteArray &bytes)
{
    return RedisReply::text(RedisReply::Type::String, bytes);
}

[[nodiscard]] QByteArray word(const RedisArgument &argument)
{
    return argument.bytes();
}

} // namespace

/// From the bytes of the wire to values, and back.
class TestRedisReply : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyTypeIsRead();
    void aReplyInPiecesIsReadWhole();
    void repliesFollowEachOther();
    void aReplyThatIsTooLargeIsRefused_data();
    void aReplyThatIsTooLargeIsRefused();
    void nonsenseIsRefused();
    void valuesAreReadAsWhatTheyAre();
    void readingAsSomethingElseThrows();
    void commandsAreBinarySafe();
    void argumentsAreTextBytesOrNumbers();
    void whatWouldChangeTheConnectionIsRefused();
};

void TestRedisReply::everyTypeIsRead()
{
    QCOMPARE(read("$-1\r\n").type(), RedisReply::Type::Nil);
    QCOMPARE(read("*-1\r\n").type(), RedisReply::Type::Nil);
    QCOMPARE(read(":-42\r\n"), RedisReply::integer(-42));
    QCOMPARE(read("+OK\r\n"), RedisReply::text(RedisReply::Type::Status, "OK"));
    QCOMPARE(read("-ERR no\r\n"), RedisReply::text(RedisReply::Type::Error, "ERR no"));
    QCOMPARE(read(QByteArray("$4\r\na\0\r\n\r\n", 10)), string(QByteArray("a\0\r\n", 4)));
    QCOMPARE(read("*0\r\n"), RedisReply::array({}));
    const RedisReply nested = read("*3\r\n:1\r\n*2\r\n$1\r\na\r\n$-1\r\n-ERR x\r\n");
    QCOMPARE(nested,
        RedisReply::array({RedisReply::integer(1), RedisReply::array({string("a"), RedisReply()}),
            RedisReply::text(RedisReply::Type::Error, "ERR x")}));
}

void TestRedisReply::aReplyInPiecesIsReadWhole()
{
    RedisReader reader(plenty);
    const QByteArray bytes = "*2\r\n$5\r\nhello\r\n:7\r\n";
    for (qsizetype i = 0; i < bytes.size() - 1; ++i) {
        reader.feed(QByteArrayView(bytes).sliced(i, 1));
        QVERIFY(!reader.next());
    }
    reader.feed("\n");
    QVERIFY(reader.next() == RedisReply::array({string("hello"), RedisReply::integer(7)}));
}

void TestRedisReply::repliesFollowEachOther()
{
    RedisReader reader(plenty);
    reader.feed("+a\r\n+b\r\n$3\r\nc");
    QCOMPARE(reader.next()->toBytes(), "a");
    QCOMPARE(reader.next()->toBytes(), "b");
    QVERIFY(!reader.next());
    reader.feed("de\r\n");
    QCOMPARE(reader.next()->toBytes(), "cde");
    QVERIFY(!reader.next());
    QCOMPARE(reader.problem(), RedisReader::Problem::None);
}

void TestRedisReply::aReplyThatIsTooLargeIsRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("a string") << QByteArray("$2000\r\n") + QByteArray(2000, 'x');
    QTest::newRow("a string that has not come yet")
        << QByteArray("$1000000000\r\n") + QByteArray(1100, 'x');
    QTest::newRow("an array that would be huge") << QByteArray("*100000000\r\n");
    QByteArray many = "*9\r\n";
    for (int i = 0; i < 9; ++i)
        many += "$100\r\n" + QByteArray(100, 'x') + "\r\n";
    QTest::newRow("many elements") << many;
    QByteArray deep;
    for (int i = 0; i < 5; ++i)
        deep += "*4\r\n";
    QTest::newRow("arrays in arrays") << deep;
}

void TestRedisReply::aReplyThatIsTooLargeIsRefused()
{
    QFETCH(const QByteArray, bytes);
    RedisReader reader(1000);
    reader.feed(bytes);
    QVERIFY(!reader.next());
    QCOMPARE(reader.problem(), RedisReader::Problem::TooLarge);
    reader.feed("+OK\r\n");
    QVERIFY(!reader.next());
}

void TestRedisReply::nonsenseIsRefused()
{
    RedisReader reader(plenty);
    reader.feed("HTTP/1.1 400 Bad Request\r\n");
    QVERIFY(!reader.next());
    QCOMPARE(reader.problem(), RedisReader::Problem::Protocol);
    QVERIFY(!reader.problemText().isEmpty());
}

void TestRedisReply::valuesAreReadAsWhatTheyAre()
{
    QCOMPARE(RedisReply::integer(7).toInteger(), 7);
    QCOMPARE(RedisReply::integer(7).toDouble(), 7.0);
    QCOMPARE(RedisReply::integer(7).toBytes(), "7");
    QCOMPARE(string("12").toInteger(), 12);
    QCOMPARE(string("1.5").toDouble(), 1.5);
    QCOMPARE(string("-inf").toDouble(), -std::numeric_limits<double>::infinity());
    QCOMPARE(string("\xc3\xbc").toText(), u"ü"_s);
    QCOMPARE(RedisReply().toOptionalBytes(), std::nullopt);
    QCOMPARE(string({}).toOptionalBytes(), QByteArray());
    const RedisReply list = RedisReply::array({string("a"), string("1"), string("b"), string("2")});
    QCOMPARE(list.toBytesList(), (QList<QByteArray>{"a", "1", "b", "2"}));
    QCOMPARE(list.toMap().value("b").toInteger(), 2);
    QCOMPARE(list.toMap().size(), 2);
    QCOMPARE(list.size(), 4);
    QCOMPARE(list.at(2).toBytes(), "b");
}

void TestRedisReply::readingAsSomethingElseThrows()
{
    const RedisReply list = RedisReply::array({string("a")});
    QVERIFY_THROWS_EXCEPTION(RedisTypeError, static_cast<void>(list.toInteger()));
    QVERIFY_THROWS_EXCEPTION(RedisTypeError, static_cast<void>(list.toBytes()));
    QVERIFY_THROWS_EXCEPTION(RedisTypeError, static_cast<void>(list.toMap()));
    QVERIFY_THROWS_EXCEPTION(RedisTypeError, static_cast<void>(list.at(1)));
    QVERIFY_THROWS_EXCEPTION(RedisTypeError, static_cast<void>(RedisReply().toBytes()));
    QVERIFY_THROWS_EXCEPTION(RedisTypeError, static_cast<void>(string("x").toInteger()));
    QVERIFY_THROWS_EXCEPTION(RedisTypeError, static_cast<void>(string("x").toDouble()));
    QVERIFY_THROWS_EXCEPTION(RedisTypeError, static_cast<void>(string("x").toList()));
    const RedisReply error = read("-WRONGTYPE Operation against a key\r\n");
    QVERIFY_THROWS_EXCEPTION(RedisError, static_cast<void>(error.toInteger()));
    try {
        error.throwIfError();
    } catch (const RedisError &thrown) {
        QCOMPARE(thrown.code(), "WRONGTYPE");
        QCOMPARE(thrown.what(), "WRONGTYPE Operation against a key");
        return;
    }
    QFAIL("nothing was thrown");
}

void TestRedisReply::commandsAreBinarySafe()
{
    QCOMPARE(encodeRedisCommand({"SET", QByteArray("a\0b", 3), ""}),
        QByteArray("*3\r\n$3\r\nSET\r\n$3\r\na\0b\r\n$0\r\n\r\n", 28));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, static_cast<void>(encodeRedisCommand({})));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, static_cast<void>(encodeRedisCommand({""})));
}

void TestRedisReply::argumentsAreTextBytesOrNumbers()
{
    QCOMPARE(word(u"ü"), "\xc3\xbc");
    QCOMPARE(word(u"a"_s), "a");
    QCOMPARE(word(QStringView(u"a")), "a");
    QCOMPARE(word("bytes"), "bytes");
    QCOMPARE(word(QByteArray("a\0b", 3)), QByteArray("a\0b", 3));
    QCOMPARE(word(QByteArrayView("view")), "view");
    QCOMPARE(word(-7), "-7");
    QCOMPARE(word(std::numeric_limits<quint64>::max()), "18446744073709551615");
    QCOMPARE(word(0.1), "0.10000000000000001");
    static_assert(!std::convertible_to<bool, RedisArgument>);
    static_assert(!std::convertible_to<char, RedisArgument>);
}

void TestRedisReply::whatWouldChangeTheConnectionIsRefused()
{
    const QList<QByteArrayList> refused{{"SELECT"}, {"multi"}, {"Subscribe"},
        {"BLPOP", "list", "0"}, {"AUTH", "secret"}, {"quit"}, {"WAIT", "1", "0"},
        {"client", "reply", "SKIP"}, {"XREAD", "COUNT", "1", "block", "0", "STREAMS", "s", "$"}};
    for (const QByteArrayList &words : refused)
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, refuseUnshareable(words));
    refuseUnshareable({"GET", "key"});
    refuseUnshareable({"CLIENT", "ID"});
    refuseUnshareable({"XREAD", "STREAMS", "block", "0"});
}

QTEST_GUILESS_MAIN(TestRedisReply)
#include "tst_redisreply.moc"
