// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/jsonscan.h"

#include "spec/jsonpath.h"

#include <QList>
#include <QSet>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

using Json = nlohmann::json;

/// "line 3, column 7", counted from 1; \a position is the number of bytes read.
QString place(const QByteArray &bytes, std::size_t position)
{
    const qsizetype at = std::clamp<qsizetype>(qsizetype(position) - 1, 0, bytes.size());
    const QByteArrayView before = QByteArrayView(bytes).first(at);
    const qsizetype lineStart = before.lastIndexOf('\n') + 1;
    const QString line = QString::fromUtf8(before.sliced(lineStart));
    return u"line %1, column %2"_s.arg(before.count('\n') + 1).arg(line.size() + 1);
}

/// The parser's own words without its prefix, which names its class and its idea of the place.
QString explanation(const char *what)
{
    QString text = QString::fromUtf8(what);
    if (const qsizetype end = text.indexOf("] "_L1); end >= 0)
        text = text.sliced(end + 2);
    const qsizetype column = text.indexOf(", column "_L1);
    if (const qsizetype end = text.indexOf(": "_L1, column); column >= 0 && end >= 0)
        text = text.sliced(end + 2);
    constexpr qsizetype longest = 200;
    return text.size() > longest ? text.first(longest) + u'\u2026' : text;
}

class Scanner : public nlohmann::json_sax<Json>
{
public:
    explicit Scanner(const QByteArray &bytes)
        : m_bytes(bytes)
    { }

    ConfigErrors errors;

    bool null() override { return value(); }
    bool boolean(bool) override { return value(); }
    bool number_integer(number_integer_t) override { return value(); }
    bool number_unsigned(number_unsigned_t) override { return value(); }
    bool number_float(number_float_t, const string_t &) override { return value(); }
    bool string(string_t &) override { return value(); }
    bool binary(binary_t &) override { return value(); }

    bool start_object(std::size_t) override { return enter(false); }
    bool start_array(std::size_t) override { return enter(true); }
    bool end_object() override { return leave(); }
    bool end_array() override { return leave(); }

    bool key(string_t &text) override
    {
        Level &level = m_levels.last();
        level.key = QString::fromStdString(text);
        if (level.keys.contains(level.key))
            errors.append({path().toString(), u"duplicate key "_s + quoted(level.key)});
        level.keys.insert(level.key);
        return true;
    }

    bool parse_error(std::size_t position, const std::string &,
        const nlohmann::detail::exception &error) override
    {
        errors.append({JsonPath().toString(),
            place(m_bytes, position) + u": "_s + explanation(error.what())});
        return false;
    }

private:
    struct Level
    {
        bool isArray = false;
        qsizetype index = 0; ///< of the array's next item
        QString key = {}; ///< the object's latest
        QSet<QString> keys = {};
    };

    bool value()
    {
        if (!m_levels.isEmpty())
            ++m_levels.last().index;
        return true;
    }

    bool enter(bool isArray)
    {
        if (m_levels.size() == maximumJsonDepth) {
            errors.append({path().toString(),
                u"nested deeper than %1 objects and arrays"_s.arg(maximumJsonDepth)});
            return false;
        }
        m_levels.append(Level{.isArray = isArray});
        return true;
    }

    bool leave()
    {
        m_levels.removeLast();
        return value();
    }

    [[nodiscard]] JsonPath path() const
    {
        JsonPath path;
        for (const Level &level : m_levels)
            path = level.isArray ? path.index(level.index) : path.key(level.key);
        return path;
    }

    const QByteArray &m_bytes;
    QList<Level> m_levels;
};

} // namespace

ConfigErrors scanJson(const QByteArray &bytes)
{
    // Versions of the parser tell this one apart, each in its own words.
    if (bytes.trimmed().isEmpty())
        return {
            {JsonPath().toString(), u"is empty; must be an object, of which {} is the least"_s}};
    Scanner scanner(bytes);
    // Errors arrive in parse_error(); what sax_parse() returns says nothing more.
    static_cast<void>(Json::sax_parse(bytes.cbegin(), bytes.cend(), &scanner));
    return scanner.errors;
}

} // namespace semper
