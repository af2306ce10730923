// SPDX-License-Identifier: GPL-3.0-or-later
#include "rpc/jsontext.h"
#include "rpc/rpcanswer.h"
#include "rpc/rpcexchange.h"
#include "rpc/rpcmessage.h"
#include "rpc/swoftroute.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

/// The methods that the specification's examples call.
RpcOutcome answerTo(const RpcRequest &request)
{
    const QJsonArray list = request.params.toArray();
    const QJsonObject named = request.params.toObject();
    if (request.method == u"subtract") {
        const bool byName = request.params.isObject();
        const int minuend = (byName ? named.value("minuend"_L1) : list.at(0)).toInt();
        const int subtrahend = (byName ? named.value("subtrahend"_L1) : list.at(1)).toInt();
        return QJsonValue(minuend - subtrahend);
    }
    if (request.method == u"sum") {
        int sum = 0;
        for (const QJsonValue &item : list)
            sum += item.toInt();
        return QJsonValue(sum);
    }
    if (request.method == u"get_data")
        return QJsonValue(QJsonArray{u"hello"_s, 5});
    if (request.method == u"echo")
        return request.params;
    return RpcError(RpcError::methodNotFound, u"Method not found"_s);
}

QByteArray answerTo(const QByteArray &text, RpcDialect dialect = RpcDialect::Standard)
{
    RpcExchange exchange(readRpcMessage(text, dialect), dialect);
    const auto entries = exchange.message().entries;
    for (qsizetype i = entries.size() - 1; i >= 0; --i) // the last one is done first
        if (const auto *request = std::get_if<RpcRequest>(&entries.at(i)))
            exchange.end(i, answerTo(*request));
    return exchange.open() == 0 ? exchange.answer() : "open";
}

RpcError errorOf(const QByteArray &text, RpcDialect dialect = RpcDialect::Standard)
{
    const RpcMessage message = readRpcMessage(text, dialect);
    const auto *invalid = std::get_if<RpcInvalid>(&message.entries.constFirst());
    return invalid ? invalid->error : RpcError(0, u"valid"_s);
}

QByteArray call(const QByteArray &id)
{
    return R"({"jsonrpc":"2.0","method":"echo","params":[1],"id":)" + id + '}';
}

} // namespace

class TestRpcMessage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theExamplesOfTheSpecificationAreAnsweredAsItSays_data();
    void theExamplesOfTheSpecificationAreAnsweredAsItSays();
    void anIdComesBackAsItWasSent_data();
    void anIdComesBackAsItWasSent();
    void whatCanBeNoIdIsAnInvalidRequest_data();
    void whatCanBeNoIdIsAnInvalidRequest();
    void faultsAreToldWithTheirCode_data();
    void faultsAreToldWithTheirCode();
    void anInvalidRequestKeepsItsId();
    void deepNestingIsRefusedBeforeItIsParsed();
    void aBatchBeyondTheLimitIsOneError();
    void bigIntegersAreKeptInParams();
    void swoftCallsAreReadAndAnswered_data();
    void swoftCallsAreReadAndAnswered();
    void aSwoftRouteNamesAMethod_data();
    void aSwoftRouteNamesAMethod();
    void aRequestIsWrittenAsItIsRead();
    void answersAreReadAgain_data();
    void answersAreReadAgain();
    void whatIsNoAnswerIsNotRead_data();
    void whatIsNoAnswerIsNotRead();
    void anyBytesAreAnswered();
};

void TestRpcMessage::theExamplesOfTheSpecificationAreAnsweredAsItSays_data()
{
    QTest::addColumn<QByteArray>("sent");
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("positional")
        << R"({"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1})"_ba
        << R"({"jsonrpc": "2.0", "result": 19, "id": 1})"_ba;
    QTest::newRow("positional, turned round")
        << R"({"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2})"_ba
        << R"({"jsonrpc": "2.0", "result": -19, "id": 2})"_ba;
    QTest::newRow("named")
        << R"({"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3})"_ba
        << R"({"jsonrpc": "2.0", "result": 19, "id": 3})"_ba;
    QTest::newRow("named, turned round")
        << R"({"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4})"_ba
        << R"({"jsonrpc": "2.0", "result": 19, "id": 4})"_ba;
    QTest::newRow("notification")
        << R"({"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]})"_ba
        << ""_ba;
    QTest::newRow("notification of a method that is not there")
        << R"({"jsonrpc": "2.0", "method": "foobar"})"_ba
        << ""_ba;
    QTest::newRow("method that is not there")
        << R"({"jsonrpc": "2.0", "method": "foobar", "id": "1"})"_ba
        << R"({"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"})"_ba;
    QTest::newRow("invalid JSON")
        << R"({"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz])"_ba
        << R"({"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null})"_ba;
    QTest::newRow("invalid request")
        << R"({"jsonrpc": "2.0", "method": 1, "params": "bar"})"_ba
        << R"({"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null})"_ba;
    QTest::newRow("batch of invalid JSON")
        << R"([{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"])"_ba
        << R"({"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null})"_ba;
    QTest::newRow("empty batch")
        << "[]"_ba
        << R"({"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null})"_ba;
    QTest::newRow("invalid batch, not empty")
        << "[1]"_ba
        << R"([{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}])"_ba;
    QTest::newRow("invalid batch")
        << "[1,2,3]"_ba
        << R"([{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
               {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
               {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}])"_ba;
    QTest::newRow("batch of everything")
        << R"([{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
               {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
               {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
               {"foo": "boo"},
               {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
               {"jsonrpc": "2.0", "method": "get_data", "id": "9"}])"_ba
        << R"([{"jsonrpc": "2.0", "result": 7, "id": "1"},
               {"jsonrpc": "2.0", "result": 19, "id": "2"},
               {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
               {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"},
               {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}])"_ba;
    QTest::newRow("batch of notifications")
        << R"([{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
               {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}])"_ba
        << ""_ba;
}

void TestRpcMessage::theExamplesOfTheSpecificationAreAnsweredAsItSays()
{
    QFETCH(const QByteArray, sent);
    QFETCH(const QByteArray, answer);
    QCOMPARE(QJsonDocument::fromJson(answerTo(sent)), QJsonDocument::fromJson(answer));
    QCOMPARE(answerTo(sent).isEmpty(), answer.isEmpty());
}

void TestRpcMessage::anIdComesBackAsItWasSent_data()
{
    QTest::addColumn<QByteArray>("id");
    for (const char *id : {"1", "0", "-7", "null", "\"\"", "\"a\"", "\"\\\\ \\\" \\n\"",
             "\"\u00fc\"", "9007199254740993", "18446744073709551615", "-9223372036854775809",
             "123456789012345678901234567890", "1.5", "1.0", "1e3"})
        QTest::newRow(id) << QByteArray(id);
}

void TestRpcMessage::anIdComesBackAsItWasSent()
{
    QFETCH(const QByteArray, id);
    QCOMPARE(answerTo(call(id)), R"({"jsonrpc":"2.0","result":[1],"id":)" + id + '}');
    QCOMPARE(answerTo('[' + call(id) + "\n,\t" + call(id + " \r\n") + ']'),
        R"([{"jsonrpc":"2.0","result":[1],"id":)" + id + R"(},{"jsonrpc":"2.0","result":[1],"id":)"
            + id + "}]");
}

void TestRpcMessage::whatCanBeNoIdIsAnInvalidRequest_data()
{
    QTest::addColumn<QByteArray>("id");
    for (const char *id : {"true", "false", "[]", "[1]", "{}", "{\"id\":1}"})
        QTest::newRow(id) << QByteArray(id);
}

void TestRpcMessage::whatCanBeNoIdIsAnInvalidRequest()
{
    QFETCH(const QByteArray, id);
    const auto entry = readRpcMessage(call(id)).entries.value(0);
    QVERIFY(std::holds_alternative<RpcInvalid>(entry));
    QCOMPARE(std::get<RpcInvalid>(entry).id, "null");
    QCOMPARE(std::get<RpcInvalid>(entry).error.code(), RpcError::invalidRequest);
}

void TestRpcMessage::faultsAreToldWithTheirCode_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("code");
    const auto row = [](const char *name, const QByteArray &text, int code) {
        QTest::newRow(name) << text << code;
    };
    row("nothing", "", RpcError::parseError);
    row("words", "hello world", RpcError::parseError);
    row("half an object", R"({"jsonrpc":"2.0")", RpcError::parseError);
    row("more behind it", call("1") + '}', RpcError::parseError);
    row("two glued together", call("1") + call("2"), RpcError::parseError);
    row("broken UTF-8", "{\"jsonrpc\":\"2.0\",\"method\":\"\xc3\x28\",\"id\":1}",
        RpcError::parseError);
    row("a zero byte", QByteArray("{\"a\":\0}", 7), RpcError::parseError);
    row("a number that is none", call("1."), RpcError::parseError);
    row("a string", "\"method\"", RpcError::invalidRequest);
    row("a number", "17", RpcError::invalidRequest);
    row("null", "null", RpcError::invalidRequest);
    row("an empty object", "{}", RpcError::invalidRequest);
    row("no version", R"({"method":"echo","id":1})", RpcError::invalidRequest);
    row("version 1.0", R"({"jsonrpc":"1.0","method":"echo","id":1})", RpcError::invalidRequest);
    row("version as number", R"({"jsonrpc":2.0,"method":"echo","id":1})", RpcError::invalidRequest);
    row("no method", R"({"jsonrpc":"2.0","id":1})", RpcError::invalidRequest);
    row("empty method", R"({"jsonrpc":"2.0","method":"","id":1})", RpcError::invalidRequest);
    row("null params", R"({"jsonrpc":"2.0","method":"echo","params":null,"id":1})",
        RpcError::invalidRequest);
    row("a key twice", R"({"jsonrpc":"2.0","method":"echo","\u006dethod":"other","id":1})",
        RpcError::invalidRequest);
    row("an answer", R"({"jsonrpc":"2.0","result":1,"id":1})", RpcError::invalidRequest);
}

void TestRpcMessage::faultsAreToldWithTheirCode()
{
    QFETCH(const QByteArray, text);
    QFETCH(const int, code);
    QCOMPARE(errorOf(text).code(), code);
    QVERIFY(!answerTo(text).isEmpty());
}

void TestRpcMessage::anInvalidRequestKeepsItsId()
{
    QCOMPARE(answerTo(R"({"method":"echo","id":12345678901234567890})"),
        R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":12345678901234567890})");
}

void TestRpcMessage::deepNestingIsRefusedBeforeItIsParsed()
{
    const QByteArray inside = QByteArray(62, '[') + QByteArray(62, ']');
    const auto nested = [](const QByteArray &deep) {
        return R"({"jsonrpc":"2.0","method":"echo","params":[)" + deep + R"(],"id":1})";
    };
    QCOMPARE(errorOf(nested(inside)).code(), 0);
    QCOMPARE(errorOf(nested('[' + inside + ']')).code(), RpcError::parseError);
    QCOMPARE(errorOf(QByteArray(1'000'000, '[')).code(), RpcError::parseError);
    QCOMPARE(
        errorOf(nested('"' + QByteArray(1000, '[') + "\\\"" + QByteArray(1000, '{') + '"')).code(),
        0);
}

void TestRpcMessage::aBatchBeyondTheLimitIsOneError()
{
    const auto batch = [](int calls) {
        QByteArray text = "[1";
        for (int i = 1; i < calls; ++i)
            text += ",1";
        return text + ']';
    };
    const RpcLimits limits{.maximumBatch = 3};
    QCOMPARE(readRpcMessage(batch(3), RpcDialect::Standard, limits).entries.size(), 3);
    const RpcMessage refused = readRpcMessage(batch(4), RpcDialect::Standard, limits);
    QVERIFY(!refused.isBatch);
    QCOMPARE(std::get<RpcInvalid>(refused.entries.constFirst()).error,
        RpcError(RpcError::invalidRequest, u"Invalid Request"_s, u"a batch may have 3 calls"_s));
}

void TestRpcMessage::bigIntegersAreKeptInParams()
{
    const QByteArray params = "[9007199254740993,-9223372036854775808,9223372036854775807]";
    QCOMPARE(answerTo(R"({"jsonrpc":"2.0","method":"echo","params":)" + params + R"(,"id":1})"),
        R"({"jsonrpc":"2.0","result":)" + params + R"(,"id":1})");
}

void TestRpcMessage::swoftCallsAreReadAndAnswered_data()
{
    QTest::addColumn<QByteArray>("sent");
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("a call, empty ext as list")
        << R"({"jsonrpc":"2.0","method":"sum","params":[1,2],"id":"","ext":[]})"_ba
        << R"({"jsonrpc":"2.0","result":3})"_ba;
    QTest::newRow("ext as object")
        << R"({"jsonrpc":"2.0","method":"sum","params":[1,2],"id":"","ext":{"token":"x"}})"_ba
        << R"({"jsonrpc":"2.0","result":3})"_ba;
    QTest::newRow("no id is no notification there")
        << R"({"jsonrpc":"2.0","method":"sum","params":[1,2]})"_ba
        << R"({"jsonrpc":"2.0","result":3})"_ba;
    QTest::newRow("null result") << R"({"jsonrpc":"2.0","method":"echo","id":"","ext":[]})"_ba
                                 << R"({"jsonrpc":"2.0","result":null})"_ba;
    QTest::newRow("error has data")
        << R"({"jsonrpc":"2.0","method":"no","params":[],"id":"","ext":[]})"_ba
        << R"({"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found","data":null}})"_ba;
    QTest::newRow("malformed")
        << R"({"jsonrpc":"2.0",)"_ba
        << R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error","data":null}})"_ba;
    QTest::newRow("ext of another kind")
        << R"({"jsonrpc":"2.0","method":"sum","params":[],"id":"","ext":"token"})"_ba
        << R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request","data":"\"ext\" must be an object"}})"_ba;
    QTest::newRow("batch")
        << R"([{"jsonrpc":"2.0","method":"sum","params":[1,2],"id":""}])"_ba
        << R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request","data":null}})"_ba;
}

void TestRpcMessage::swoftCallsAreReadAndAnswered()
{
    QFETCH(const QByteArray, sent);
    QFETCH(const QByteArray, answer);
    QCOMPARE(answerTo(sent, RpcDialect::Swoft), answer);
}

void TestRpcMessage::aSwoftRouteNamesAMethod_data()
{
    QTest::addColumn<QString>("route");
    QTest::addColumn<QString>("method");
    QTest::newRow("stock") << uR"(1.0::Semper\Rpc\ProcessesInterface::list)"_s
                           << u"processes.list"_s;
    QTest::newRow("own") << uR"(2.3::App\Rpc\Lib\UserInterface::getList)"_s << u"user.getList"_s;
    QTest::newRow("no suffix") << uR"(1.0::App\Server::info)"_s << u"server.info"_s;
    QTest::newRow("no namespace") << u"1.0::Server::info"_s << u"server.info"_s;
    QTest::newRow("only the suffix") << u"1.0::Interface::list"_s << u"interface.list"_s;
    QTest::newRow("plain") << u"processes.list"_s << QString();
    QTest::newRow("two parts") << u"1.0::list"_s << QString();
    QTest::newRow("four parts") << u"1.0::A::b::c"_s << QString();
    QTest::newRow("no version") << u"::A::b"_s << QString();
    QTest::newRow("no interface") << uR"(1.0::App\::b)"_s << QString();
    QTest::newRow("no method") << u"1.0::A::"_s << QString();
}

void TestRpcMessage::aSwoftRouteNamesAMethod()
{
    QFETCH(const QString, route);
    QTEST(methodOfSwoftRoute(route), "method");
}

void TestRpcMessage::aRequestIsWrittenAsItIsRead()
{
    const RpcRequest request{.id = "17"_ba,
        .method = u"a\nb"_s,
        .params = QJsonObject{{u"n"_s, 1}},
        .ext = {{u"token"_s, u"t"_s}}};
    QCOMPARE(toJsonText(request), R"({"jsonrpc":"2.0","method":"a\nb","params":{"n":1},"id":17})");
    QCOMPARE(toJsonText(request, RpcDialect::Swoft),
        R"({"jsonrpc":"2.0","method":"a\nb","params":{"n":1},"id":"","ext":{"token":"t"}})");
    const RpcRequest bare{.method = u"a"_s};
    QCOMPARE(toJsonText(bare), R"({"jsonrpc":"2.0","method":"a"})");
    QCOMPARE(toJsonText(bare, RpcDialect::Swoft),
        R"({"jsonrpc":"2.0","method":"a","params":[],"id":"","ext":[]})");
    QCOMPARE(std::get<RpcRequest>(readRpcMessage(toJsonText(bare)).entries.constFirst()), bare);
}

void TestRpcMessage::answersAreReadAgain_data()
{
    QTest::addColumn<QByteArray>("id");
    QTest::addColumn<QJsonValue>("result");
    QTest::newRow("null") << "1"_ba << QJsonValue(QJsonValue::Null);
    QTest::newRow("number") << "123456789012345678901234567890"_ba << QJsonValue(7);
    QTest::newRow("text") << "\"a\""_ba << QJsonValue(u"\"\n\u00fc"_s);
    QTest::newRow("list") << "null"_ba << QJsonValue(QJsonArray{1, QJsonArray{}});
}

void TestRpcMessage::answersAreReadAgain()
{
    QFETCH(const QByteArray, id);
    QFETCH(const QJsonValue, result);
    const RpcAnswer answer{id, result};
    QCOMPARE(readRpcAnswers(toJsonText(answer)), QList{answer});
    const RpcAnswer error{id, RpcError(5, u"no"_s, result)};
    QCOMPARE(readRpcAnswers(toJsonText(error)), QList{error});
    QCOMPARE(readRpcAnswers('[' + toJsonText(answer) + ", " + toJsonText(error) + ']'),
        (QList{answer, error}));
    const QByteArray swoft = toJsonText(answer, RpcDialect::Swoft);
    QCOMPARE(readRpcAnswers(swoft, RpcDialect::Swoft), QList{(RpcAnswer{{}, result})});
}

void TestRpcMessage::whatIsNoAnswerIsNotRead_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text : {"", "{}", "[]", "7", "hello", R"({"jsonrpc":"2.0","id":1})",
             R"({"jsonrpc":"2.0","result":1})", R"({"jsonrpc":"2.0","error":"no","id":1})",
             R"({"result":1,"error":{"code":1,"message":"x"},"id":1})",
             R"({"jsonrpc":"2.0","method":"a","id":1})"})
        QTest::newRow(text) << QByteArray(text);
    QTest::newRow("deep") << QByteArray(100, '[') + QByteArray(100, ']');
}

void TestRpcMessage::whatIsNoAnswerIsNotRead()
{
    QFETCH(const QByteArray, text);
    QCOMPARE(readRpcAnswers(text).size(), 0);
}

/// Cuts out, doubles and replaces bytes of a good batch. Whatever comes of it is read, and has an
/// answer that is JSON unless it is made of notifications.
void TestRpcMessage::anyBytesAreAnswered()
{
    const QByteArray good = '[' + call("12345678901234567890") + ',' + call("\"\\u00e9\\\\\"") + ','
        + R"({"jsonrpc":"2.0","method":"a","params":{"b":[1,-2.5e3,true,null,"\""]},"ext":[]})"
        + ']';
    quint32 seed = 1;
    const auto random = [&seed](qsizetype below) {
        seed = seed * 1664525 + 1013904223;
        return static_cast<qsizetype>((seed >> 8) % static_cast<quint32>(below));
    };
    for (int round = 0; round < 20'000; ++round) {
        QByteArray text = good;
        for (qsizetype faults = 1 + random(4); faults > 0 && !text.isEmpty(); --faults) {
            const qsizetype at = random(text.size());
            if (const qsizetype kind = random(3); kind == 0)
                text.remove(at, random(20));
            else if (kind == 1)
                text.insert(at, text.mid(random(text.size()), random(10)));
            else
                text[at] = static_cast<char>(random(256));
        }
        for (const RpcDialect dialect : {RpcDialect::Standard, RpcDialect::Swoft}) {
            const QByteArray answer = answerTo(text, dialect);
            QVERIFY2(answer.isEmpty() || !QJsonDocument::fromJson(answer).isNull(), answer + text);
            QVERIFY2(answer.isEmpty() || !readRpcAnswers(answer, dialect).isEmpty(), answer + text);
        }
        static_cast<void>(readRpcAnswers(text));
    }
}

QTEST_GUILESS_MAIN(TestRpcMessage)
#include "tst_rpcmessage.moc"
