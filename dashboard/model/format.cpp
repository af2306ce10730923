// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/format.h"

#include <QCoreApplication>
#include <QLocale>
#include <QTextDocument>

#include <cmath>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper::dashboard::format {

namespace {

class Words
{
    Q_DECLARE_TR_FUNCTIONS(Format)
};

} // namespace

QString nothing()
{
    return u"–"_s;
}

QString duration(std::chrono::milliseconds duration)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(std::max(duration, 0ms)).count();
    if (seconds < 60)
        return Words::tr("%1 s").arg(seconds);
    if (seconds < 60 * 60)
        return Words::tr("%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
    if (seconds < 24 * 60 * 60)
        return Words::tr("%1 h %2 min").arg(seconds / 3600).arg(seconds / 60 % 60);
    return Words::tr("%1 d %2 h").arg(seconds / 86400).arg(seconds / 3600 % 24);
}

QString countdown(std::chrono::milliseconds left)
{
    if (left <= 0ms)
        return Words::tr("now");
    return Words::tr("in %1").arg(duration(std::chrono::ceil<std::chrono::seconds>(left)));
}

QString bytes(double bytes)
{
    return QLocale().formattedDataSize(qint64(bytes), 1);
}

QString percent(double ratio)
{
    return Words::tr("%1 %").arg(QLocale().toString(ratio * 100, 'f', 1));
}

QString number(double value)
{
    const double size = std::abs(value);
    if (size >= 1e9)
        return QLocale().toString(value, 'g', 4);
    const double rounded = size < 10 ? std::round(value * 1000) / 1000
        : size < 1000                ? std::round(value * 10) / 10
                                     : std::round(value);
    return QLocale().toString(rounded, 'f', QLocale::FloatingPointShortest);
}

QString clock(const QDateTime &time)
{
    const QDateTime local = time.toLocalTime();
    const QString clock = local.toString(u"HH:mm:ss"_s);
    if (local.date() == QDate::currentDate())
        return clock;
    return QLocale().toString(local.date(), QLocale::ShortFormat) + u' ' + clock;
}

QString metric(const QString &name, double value)
{
    if (name.endsWith(u"_bytes"))
        return bytes(value);
    if (name.endsWith(u"_ratio"))
        return percent(value);
    if (name.endsWith(u"_ms"))
        return Words::tr("%1 ms").arg(number(value));
    return number(value);
}

QString toolTip(const QString &text)
{
    return Qt::mightBeRichText(text) ? Qt::convertFromPlainText(text, Qt::WhiteSpaceNormal) : text;
}

} // namespace semper::dashboard::format
