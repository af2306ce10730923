// SPDX-License-Identifier: LGPL-3.0-or-later
#include "process/metricseries.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

[[nodiscard]] bool isLetter(QChar c)
{
    return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || c == u'_';
}

[[nodiscard]] bool isDigit(QChar c)
{
    return c >= u'0' && c <= u'9';
}

/// A letter or _, then letters, digits, _ and what is in \a others.
[[nodiscard]] bool isName(QStringView name, qsizetype mostLetters, QStringView others)
{
    return !name.isEmpty() && name.size() <= mostLetters && isLetter(name.front())
        && std::ranges::all_of(
            name, [others](QChar c) { return isLetter(c) || isDigit(c) || others.contains(c); });
}

[[nodiscard]] bool isLabelValue(QStringView value)
{
    return value.size() <= maximumLabelLength && std::ranges::none_of(value, [](QChar c) {
        return c.category() == QChar::Other_Control;
    });
}

[[nodiscard]] QString quoted(QString value)
{
    value.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s);
    return u'"' + value + u'"';
}

} // namespace

std::optional<QString> seriesName(QAnyStringView name, const MetricLabels &labels)
{
    QString series = name.toString();
    if (!isName(series, maximumMetricNameLength, u":.") || labels.size() > maximumLabels)
        return std::nullopt;
    if (labels.isEmpty())
        return series;
    QChar before = u'{';
    for (auto it = labels.cbegin(); it != labels.cend(); ++it) {
        if (!isName(it.key(), maximumLabelLength, {}) || !isLabelValue(it.value()))
            return std::nullopt;
        series += before + it.key() + u'=' + quoted(it.value());
        before = u',';
    }
    return series + u'}';
}

} // namespace semper
