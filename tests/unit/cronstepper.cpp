// SPDX-License-Identifier: GPL-3.0-or-later
#include "unit/cronstepper.h"

#include "process/utc.h"

#include <QDateTime>
#include <QStringList>

using namespace Qt::StringLiterals;

namespace cronstepper {

namespace {

struct Field
{
    int first;
    int last;
    int starWeight; ///< of 100
    QStringList names; ///< of the values from first on
};

const std::array<Field, 6> &fields()
{
    static const std::array<Field, 6> all{{
        {0, 59, 10, {}},
        {0, 59, 25, {}},
        {0, 23, 25, {}},
        {1, 31, 60, {}},
        {1, 12, 75,
            {u"JAN"_s, u"Feb"_s, u"mar"_s, u"APR"_s, u"MAY"_s, u"JUN"_s, u"JUL"_s, u"AUG"_s,
                u"SEP"_s, u"OCT"_s, u"NOV"_s, u"DEC"_s}},
        {0, 7, 60, {u"SUN"_s, u"mon"_s, u"Tue"_s, u"WED"_s, u"THU"_s, u"FRI"_s, u"SAT"_s}},
    }};
    return all;
}

QString written(QRandomGenerator &random, const Field &field, int value)
{
    const int index = value - field.first;
    return index < field.names.size() && random.bounded(2) == 0 ? field.names.at(index)
                                                                : QString::number(value);
}

QString randomItem(QRandomGenerator &random, const Field &field, std::set<int> &values)
{
    const int one = random.bounded(field.first, field.last + 1);
    if (random.bounded(2) == 0) {
        values.insert(one);
        return written(random, field, one);
    }
    const int last = random.bounded(field.first, field.last + 1);
    const int step = random.bounded(1, 8);
    if (one <= last) {
        for (int value = one; value <= last; value += step)
            values.insert(value);
    } else { // over the end, where Sunday, as 7, comes right before Monday
        const int count = field.last == 7 ? 7 : field.last - field.first + 1;
        for (int value = one; value <= last + count; value += step)
            values.insert(value < field.first + count ? value : value - count);
    }
    const QString range = written(random, field, one) + u'-' + written(random, field, last);
    return step == 1 && random.bounded(2) == 0 ? range : range + u'/' + QString::number(step);
}

QString randomField(QRandomGenerator &random, const Field &field, std::set<int> &values)
{
    if (random.bounded(100) < field.starWeight) {
        const int step = random.bounded(3) == 0 ? random.bounded(1, 8) : 1;
        for (int value = field.first; value <= field.last; value += step)
            values.insert(value);
        return step == 1 ? u"*"_s : u"*/"_s + QString::number(step);
    }
    QStringList items;
    for (int i = random.bounded(1, 4); i > 0; --i)
        items.append(randomItem(random, field, values));
    return items.join(u',');
}

/// Adds days that are counted from the end of a month to a field that has none but other values.
void addFromEnd(
    QRandomGenerator &random, const QStringList &names, QString &text, std::set<int> &fromEnd)
{
    if (text.startsWith(u'*') || random.bounded(3) > 0)
        return;
    const int value = names.isEmpty() ? random.bounded(31) : random.bounded(7);
    fromEnd.insert(value);
    if (!names.isEmpty())
        text += u',' + (random.bounded(2) == 0 ? names.at(value) : QString::number(value)) + u'L';
    else
        text += value == 0 ? u",l"_s : u",L-"_s + QString::number(value);
}

bool isDue(const Schedule &schedule, qint64 clock)
{
    const qint64 days = clock >= 0 ? clock / 86400 : (clock - 86399) / 86400;
    const int time = int(clock - days * 86400);
    const auto has = [&schedule](std::size_t field, int value) {
        return schedule.values[field].contains(value);
    };
    if (!has(0, time % 60) || !has(1, time / 60 % 60) || !has(2, time / 3600))
        return false;
    const QDate date = QDate(1970, 1, 1).addDays(days);
    const int left = date.daysInMonth() - date.day();
    const bool inMonth = has(3, date.day()) || schedule.daysFromEnd.contains(left);
    const bool isLast = date.addDays(7).month() != date.month();
    const bool inWeek = has(5, date.dayOfWeek()) || has(5, date.dayOfWeek() % 7)
        || (isLast && schedule.lastDaysOfWeek.contains(date.dayOfWeek() % 7));
    return has(4, date.month()) && (schedule.dayStar ? inMonth && inWeek : inMonth || inWeek);
}

/// What the clocks of a zone show. No zone changes them twice within an hour, these days.
class Clock
{
public:
    explicit Clock(const QTimeZone &zone)
        : m_zone(zone)
    { }

    qint64 shown(qint64 now)
    {
        if (const qint64 hour = now - now % 3600; hour != m_hour) {
            m_hour = hour;
            m_offset = offsetAt(hour);
            m_changes = offsetAt(hour + 3599) != m_offset;
        }
        return now + (m_changes ? offsetAt(now) : m_offset);
    }

private:
    qint64 offsetAt(qint64 moment) const
    {
        return m_zone.offsetFromUtc(QDateTime::fromSecsSinceEpoch(moment, semper::utcZone));
    }

    QTimeZone m_zone;
    qint64 m_hour = -1;
    qint64 m_offset = 0;
    bool m_changes = false;
};

} // namespace

Schedule randomSchedule(QRandomGenerator &random, bool withSeconds)
{
    Schedule schedule;
    schedule.hasSeconds = withSeconds;
    QStringList texts;
    for (std::size_t i = 0; i < schedule.values.size(); ++i) {
        if (i == 0 && !withSeconds)
            schedule.values[i].insert(0);
        else
            texts.append(randomField(random, fields()[i], schedule.values[i]));
    }
    addFromEnd(random, {}, texts[texts.size() - 3], schedule.daysFromEnd);
    addFromEnd(random, fields()[5].names, texts.last(), schedule.lastDaysOfWeek);
    schedule.text = texts.join(u' ');
    const auto star
        = [&texts](qsizetype fromEnd) { return texts.at(texts.size() - fromEnd).startsWith(u'*'); };
    schedule.minuteOrHourStar = star(5) || star(4);
    schedule.dayStar = star(3) || star(1);
    return schedule;
}

QList<qint64> runs(
    const Schedule &schedule, const QTimeZone &zone, qint64 after, qint64 until, int most)
{
    // Offsets are full minutes, these days. It starts earlier, to know what its clock has shown.
    const qint64 start = (after / 60 - qint64(26) * 60) * 60;
    const qint64 pace = schedule.hasSeconds ? 1 : 60;
    QList<qint64> found;
    Clock zoneClock(zone);
    qint64 reached = 0;
    for (qint64 now = start; now <= until && found.size() < most; now += pace) {
        const qint64 clock = zoneClock.shown(now);
        bool due = schedule.minuteOrHourStar && isDue(schedule, clock);
        if (!schedule.minuteOrHourStar && now > start)
            for (qint64 shown = reached + pace; shown <= clock && !due; shown += pace)
                due = isDue(schedule, shown);
        reached = now == start ? clock : std::max(reached, clock);
        if (due && now > after)
            found.append(now);
    }
    return found;
}

} // namespace cronstepper
