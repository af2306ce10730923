// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/cronexpression.h"

#include "spec/jsonpath.h"
#include "spec/vocabulary.h"

#include <QStringView>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype maximumLength = 1000; // every value of every field, in words, takes 560

constexpr std::array<QLatin1StringView, 12> monthNames{"JAN"_L1, "FEB"_L1, "MAR"_L1, "APR"_L1,
    "MAY"_L1, "JUN"_L1, "JUL"_L1, "AUG"_L1, "SEP"_L1, "OCT"_L1, "NOV"_L1, "DEC"_L1};
constexpr std::array<QLatin1StringView, 7> dayNames{
    "SUN"_L1, "MON"_L1, "TUE"_L1, "WED"_L1, "THU"_L1, "FRI"_L1, "SAT"_L1};

struct Field
{
    QLatin1StringView name;
    int first;
    int last;
    int count; ///< of values that differ; the day of week 7 is 0
    quint64 CronExpression::*values;
    int longestStep;
    quint64 CronExpression::*fromEnd = nullptr; ///< what "L" is for; null where it is for nothing
    std::span<const QLatin1StringView> names = {}; ///< of the values from first on
};

constexpr std::array<Field, 6> fields{{
    {"second"_L1, 0, 59, 60, &CronExpression::seconds, 60},
    {"minute"_L1, 0, 59, 60, &CronExpression::minutes, 60},
    {"hour"_L1, 0, 23, 24, &CronExpression::hours, 24},
    {"day of month"_L1, 1, 31, 31, &CronExpression::daysOfMonth, 31, &CronExpression::daysFromEnd},
    {"month"_L1, 1, 12, 12, &CronExpression::months, 12, nullptr, monthNames},
    {"day of week"_L1, 0, 7, 7, &CronExpression::daysOfWeek, 7, &CronExpression::lastDaysOfWeek,
        dayNames},
}};
constexpr int minute = 1;
constexpr int hour = 2;
constexpr int dayOfMonth = 3;
constexpr int dayOfWeek = 5;

struct Range
{
    int first;
    int last; ///< beyond the field's own for a range that goes over its end
};

bool isNumber(QStringView text)
{
    return !text.isEmpty()
        && std::all_of(text.begin(), text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
}

/// A number as it was written; a very long one is cut short.
QString shown(QStringView digits)
{
    return digits.size() <= 9 ? digits.toString() : quoted(digits);
}

/// Reads the text of one field. Of what is wrong, the first is kept.
class FieldReader
{
public:
    FieldReader(const Field &field, QStringView text)
        : m_field(field)
        , m_text(text)
    { }

    [[nodiscard]] quint64 read();
    /// The values of Field::fromEnd.
    [[nodiscard]] quint64 fromEnd() const { return m_fromEnd; }
    /// Empty when all is well.
    [[nodiscard]] QString fault() const { return m_fault; }

private:
    [[nodiscard]] quint64 readItem(QStringView item);
    [[nodiscard]] bool readFromEnd(QStringView item);
    [[nodiscard]] std::optional<int> fromEndOfMonth(QStringView item);
    [[nodiscard]] std::optional<int> lastOfWeek(QStringView item);
    [[nodiscard]] quint64 bit(int value) const
    {
        return quint64(1) << (m_field.first + (value - m_field.first) % m_field.count);
    }
    [[nodiscard]] bool isForDays() const { return m_field.fromEnd != nullptr; }
    [[nodiscard]] bool isForWeek() const { return m_field.count == 7; }
    [[nodiscard]] std::optional<Range> readRange(QStringView text);
    [[nodiscard]] std::optional<int> readValue(QStringView text);
    [[nodiscard]] std::optional<int> readStep(QStringView text);

    /// Always nothing, to be returned.
    std::nullopt_t complain(const QString &what);

    const Field &m_field;
    QStringView m_text;
    quint64 m_fromEnd = 0;
    QString m_fault;
};

std::nullopt_t FieldReader::complain(const QString &what)
{
    if (m_fault.isEmpty())
        m_fault = m_field.name + ": "_L1 + what;
    return std::nullopt;
}

quint64 FieldReader::read()
{
    quint64 values = 0;
    const auto items = m_text.split(u',');
    for (const QStringView item : items)
        values |= readItem(item);
    return values;
}

/// Whether \a item counts from the end of a month, as written well or badly.
bool FieldReader::readFromEnd(QStringView item)
{
    const bool isFromEnd = isForWeek() ? item.endsWith(u'L', Qt::CaseInsensitive)
                                       : item.startsWith(u'L', Qt::CaseInsensitive);
    if (!isForDays() || !isFromEnd)
        return false;
    if (const auto value = isForWeek() ? lastOfWeek(item) : fromEndOfMonth(item))
        m_fromEnd |= quint64(1) << *value;
    return true;
}

/// 0 for "L", 3 for "L-3".
std::optional<int> FieldReader::fromEndOfMonth(QStringView item)
{
    constexpr int most = 30;
    if (item.size() == 1)
        return 0;
    const QStringView digits = item.sliced(std::min<qsizetype>(2, item.size()));
    if (item.at(1) != u'-' || !isNumber(digits))
        return complain(u"%1 is neither \"L\" nor \"L-\" and a number"_s.arg(quoted(item)));
    bool fits = false;
    const int days = digits.toInt(&fits);
    if (!fits || days > most)
        return complain(u"%1 goes back by more than %2 days"_s.arg(quoted(item)).arg(most));
    return days;
}

/// 5 for "FRIL".
std::optional<int> FieldReader::lastOfWeek(QStringView item)
{
    if (item.size() == 1)
        return complain(u"\"L\" needs a day before it, as in \"FRIL\""_s);
    const auto day = readValue(item.chopped(1));
    return day ? std::optional(*day % m_field.count) : std::nullopt;
}

quint64 FieldReader::readItem(QStringView item)
{
    if (readFromEnd(item))
        return 0;
    const qsizetype slash = item.indexOf(u'/');
    const QStringView text = slash < 0 ? item : item.first(slash);
    const auto range = readRange(text);
    if (!range)
        return 0;
    const auto step = slash < 0 ? std::optional(1) : readStep(item.sliced(slash + 1));
    if (slash >= 0 && text != "*"_L1 && !text.contains(u'-'))
        // Some crons would run it from there to the end, others only once.
        complain(u"%1 has a step but no range; write %2-%3/%4"_s.arg(quoted(item), text)
                     .arg(m_field.last)
                     .arg(item.sliced(slash + 1)));
    quint64 values = 0;
    for (int value = range->first; step && value <= range->last; value += *step)
        values |= bit(value);
    return values;
}

std::optional<Range> FieldReader::readRange(QStringView text)
{
    if (text == "*"_L1)
        return Range{m_field.first, m_field.last};
    if (text.isEmpty())
        return complain(u"%1 has an empty place"_s.arg(quoted(m_text)));
    const auto ends = text.split(u'-');
    if (ends.size() > 2 || ends.contains(QStringView()))
        return complain(u"%1 is no range"_s.arg(quoted(text)));
    const auto first = readValue(ends.first());
    const bool isToEnd = ends.size() == 2 && isForDays() && !isForWeek()
        && ends.last().compare("L"_L1, Qt::CaseInsensitive) == 0;
    const auto last = isToEnd ? std::optional(m_field.last) : readValue(ends.last());
    if (!first || !last)
        return std::nullopt;
    return Range{*first, *first > *last ? *last + m_field.count : *last};
}

std::optional<int> FieldReader::readValue(QStringView text)
{
    const auto name = std::find_if(m_field.names.begin(), m_field.names.end(),
        [text](QLatin1StringView it) { return text.compare(it, Qt::CaseInsensitive) == 0; });
    if (name != m_field.names.end())
        return m_field.first + int(name - m_field.names.begin());
    if (text == "?"_L1)
        return complain(isForDays() ? u"\"?\" must stand alone"_s
                                    : u"\"?\" is only for day of month and day of week"_s);
    if (text.compare("L"_L1, Qt::CaseInsensitive) == 0 && !isForDays())
        return complain(u"\"L\" is only for day of month and day of week"_s);
    if (!isNumber(text))
        return complain(m_field.names.empty()
                ? u"%1 is no number"_s.arg(quoted(text))
                : u"%1 is no number and none of the names %2 to %3"_s.arg(
                    quoted(text), m_field.names.front(), m_field.names.back()));
    bool fits = false;
    const int value = text.toInt(&fits);
    if (!fits || value > m_field.last)
        return complain(u"%1 is above %2"_s.arg(shown(text)).arg(m_field.last));
    if (value < m_field.first)
        return complain(u"%1 is below %2"_s.arg(shown(text)).arg(m_field.first));
    return value;
}

std::optional<int> FieldReader::readStep(QStringView text)
{
    if (!isNumber(text))
        return complain(u"the step %1 is no number"_s.arg(quoted(text)));
    bool fits = false;
    const int step = text.toInt(&fits);
    // "*/90" was hardly meant as "once an hour", which it is elsewhere.
    if (!fits || step > m_field.longestStep)
        return complain(u"the step %1 is above %2"_s.arg(shown(text)).arg(m_field.longestStep));
    if (step == 0)
        return complain(u"the step 0 is below 1"_s);
    return step;
}

// Those of crontab(5), of FreeBSD's, and of systemd.time(7).
constexpr std::array<std::pair<QLatin1StringView, QLatin1StringView>, 11> macros{{
    {"@yearly"_L1, "0 0 1 1 *"_L1},
    {"@annually"_L1, "0 0 1 1 *"_L1},
    {"@semiannually"_L1, "0 0 1 1,7 *"_L1},
    {"@quarterly"_L1, "0 0 1 1,4,7,10 *"_L1},
    {"@monthly"_L1, "0 0 1 * *"_L1},
    {"@weekly"_L1, "0 0 * * 0"_L1},
    {"@daily"_L1, "0 0 * * *"_L1},
    {"@midnight"_L1, "0 0 * * *"_L1},
    {"@hourly"_L1, "0 * * * *"_L1},
    {"@minutely"_L1, "* * * * *"_L1},
    {"@every_minute"_L1, "* * * * *"_L1},
}};

std::variant<CronExpression, QStringList> parseMacro(const QString &text)
{
    Vocabulary names;
    for (const auto &[name, expression] : macros) {
        if (text.compare(name, Qt::CaseInsensitive) == 0)
            return parseCronExpression(expression);
        names.known.append(name);
    }
    if (text.compare("@reboot"_L1, Qt::CaseInsensitive) == 0)
        return QStringList{
            u"\"@reboot\" is no time; a process without a schedule starts with the server"_s};
    return QStringList{names.complaint(u"macro"_s, text).value_or(QString())};
}

} // namespace

std::variant<CronExpression, QStringList> parseCronExpression(const QString &text)
{
    if (text.size() > maximumLength)
        return QStringList{
            u"has %1 characters; a schedule may have %2"_s.arg(text.size()).arg(maximumLength)};
    if (text.trimmed().startsWith(u'@'))
        return parseMacro(text.trimmed());
    QStringList texts = text.simplified().split(u' ', Qt::SkipEmptyParts);
    if (texts.size() != 5 && texts.size() != 6)
        return QStringList{u"needs 5 or 6 fields, has %1"_s.arg(texts.size())};
    if (texts.size() == 5)
        texts.prepend(u"0"_s);

    CronExpression expression;
    QStringList faults;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        QString &fieldText = texts[qsizetype(i)];
        if (fields[i].fromEnd && fieldText == "?"_L1)
            fieldText = u"*"_s;
        FieldReader reader(fields[i], fieldText);
        expression.*fields[i].values = reader.read();
        if (fields[i].fromEnd)
            expression.*fields[i].fromEnd = reader.fromEnd();
        if (!reader.fault().isEmpty())
            faults.append(reader.fault());
    }
    if (!faults.isEmpty())
        return faults;
    expression.eitherDay
        = !texts.at(dayOfMonth).startsWith(u'*') && !texts.at(dayOfWeek).startsWith(u'*');
    expression.wildcard = texts.at(minute).startsWith(u'*') || texts.at(hour).startsWith(u'*');
    return expression;
}

} // namespace semper
