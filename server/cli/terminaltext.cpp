// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/terminaltext.h"

#include "protocol/controlcharacters.h"

#include <QJsonDocument>
#include <QList>

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// What Unicode calls East Asian wide, in ranges that are coarse but err on no common script.
constexpr std::array<std::pair<char32_t, char32_t>, 13> wideRanges{
    {{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0x33FF}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF},
        {0xA000, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60},
        {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}}};

int widthOf(char32_t c)
{
    const QChar::Category category = QChar::category(c);
    if (category == QChar::Mark_NonSpacing || category == QChar::Mark_Enclosing
        || category == QChar::Other_Format)
        return 0;
    const bool wide = std::any_of(wideRanges.begin(), wideRanges.end(),
        [c](const auto &range) { return c >= range.first && c <= range.second; });
    return wide ? 2 : 1;
}

} // namespace

QString printable(const QString &text)
{
    return withoutControls(text.simplified());
}

QString jsonText(const QJsonDocument &json)
{
    return QString::fromUtf8(escapeControls(json.toJson()));
}

int displayWidth(QStringView text)
{
    int width = 0;
    for (const uint c : text.toUcs4())
        width += widthOf(c);
    return width;
}

QString padded(const QString &text, int width)
{
    return text + QString(std::max(0, width - displayWidth(text)), u' ');
}

QString elided(const QString &text, int width)
{
    if (displayWidth(text) <= width)
        return text;
    if (width <= 0)
        return {};
    int used = 1; // the ellipsis
    qsizetype end = 0;
    for (const uint c : text.toUcs4()) {
        used += widthOf(c);
        if (used > width)
            break;
        end += QChar::requiresSurrogates(c) ? 2 : 1;
    }
    return text.first(end) + u'\u2026';
}

QString humanDuration(std::chrono::milliseconds duration)
{
    if (duration < std::chrono::seconds(1))
        return u"%1 ms"_s.arg(std::max<qint64>(0, duration.count()));
    const qint64 seconds = duration.count() / 1000;
    const auto two
        = [](qint64 large, QLatin1StringView one, qint64 small, QLatin1StringView other) {
              const QString text = QString::number(large) + u' ' + one;
              return small == 0 ? text : text + u' ' + QString::number(small) + u' ' + other;
          };
    if (seconds < 60)
        return u"%1 s"_s.arg(seconds);
    if (seconds < 3600)
        return two(seconds / 60, "min"_L1, seconds % 60, "s"_L1);
    if (seconds < 86400)
        return two(seconds / 3600, "h"_L1, seconds / 60 % 60, "min"_L1);
    return two(seconds / 86400, "d"_L1, seconds / 3600 % 24, "h"_L1);
}

QString humanBytes(qint64 bytes)
{
    constexpr std::array<QLatin1StringView, 5> units{QLatin1StringView("B"),
        QLatin1StringView("KiB"), QLatin1StringView("MiB"), QLatin1StringView("GiB"),
        QLatin1StringView("TiB")};
    double number = double(bytes);
    std::size_t unit = 0;
    while (number >= 1000 && unit + 1 < units.size()) {
        number /= 1024;
        ++unit;
    }
    return QString::number(number, 'f', unit == 0 || number >= 100 ? 0 : 1) + u' ' + units[unit];
}

} // namespace semper
