// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QString>

#include <chrono>

/// Numbers and times as the person's locale writes them.
namespace semper::dashboard::format {

/// What a value that does not exist looks like.
[[nodiscard]] QString nothing();
/// "3 s", "4 min 12 s", "2 h 5 min", "2 d 17 h".
[[nodiscard]] QString duration(std::chrono::milliseconds duration);
/// "in 4 s"; "now" once it is due.
[[nodiscard]] QString countdown(std::chrono::milliseconds left);
[[nodiscard]] QString bytes(double bytes);
/// "12.5 %"; \a ratio 1 is 100 %.
[[nodiscard]] QString percent(double ratio);
/// At most three digits after the point, none that say nothing.
[[nodiscard]] QString number(double value);
/// The time of day, with the day before it unless that is today.
[[nodiscard]] QString clock(const QDateTime &time);
/// A value of the metric \a name, with the unit that the name ends in: _bytes, _ratio, _ms.
[[nodiscard]] QString metric(const QString &name, double value);
/// \a text as a tool tip that shows just these characters. Qt takes a tool tip that looks like HTML
/// for HTML, and what it tells may be a process's own words.
[[nodiscard]] QString toolTip(const QString &text);

} // namespace semper::dashboard::format
