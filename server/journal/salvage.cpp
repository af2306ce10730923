// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/salvage.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QByteArrayView>
#include <QFile>
#include <QHash>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtEndian>

#include <array>
#include <optional>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

// https://www.sqlite.org/fileformat2.html
constexpr qsizetype pageBytes = 4096; ///< SQLite's own choice for a new file
constexpr qsizetype fileHeaderBytes = 100;
constexpr qsizetype leafHeaderBytes = 8;
constexpr char tableLeaf = 0x0d;
constexpr qsizetype logHeaderBytes = 32;
constexpr qsizetype frameHeaderBytes = 24;
constexpr qsizetype mostInPage = pageBytes - 35; ///< of a row; a longer one goes on elsewhere
constexpr qsizetype leastInPage = (pageBytes - 12) * 32 / 255 - 23;
constexpr qsizetype largestRow = 4 * 1024 * 1024;
constexpr std::size_t columns = 6; ///< the id, at, type, process, instance, json

/// Takes numbers from the front of some bytes; fails for good where there are too few.
class Cursor
{
public:
    explicit Cursor(QByteArrayView bytes)
        : m_rest(bytes)
    { }

    [[nodiscard]] qint64 varint()
    {
        quint64 value = 0;
        for (int i = 0; i < 9; ++i) {
            if (m_rest.isEmpty()) {
                m_failed = true;
                return 0;
            }
            const auto byte = static_cast<unsigned char>(m_rest.front());
            m_rest = m_rest.sliced(1);
            if (i == 8)
                return qint64(value << 8 | byte);
            value = value << 7 | (byte & 0x7f);
            if (byte < 0x80)
                break;
        }
        return qint64(value);
    }
    [[nodiscard]] bool hasFailed() const { return m_failed; }
    [[nodiscard]] QByteArrayView rest() const { return m_rest; }

private:
    QByteArrayView m_rest;
    bool m_failed = false;
};

/// The bytes that a column of this kind takes; nothing where there is no such kind.
std::optional<qsizetype> sizeOfColumn(qint64 kind)
{
    constexpr std::array<qsizetype, 10> fixed{0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
    if (kind >= 0 && kind < qint64(fixed.size()))
        return fixed.at(std::size_t(kind));
    if (kind < 12 || kind > 2 * largestRow)
        return std::nullopt;
    return (kind - 12) / 2;
}

class Salvage
{
public:
    Salvage(const QString &path, const std::function<void(JournalEvent)> &take)
        : m_file(path)
        , m_log(path + u"-wal"_s)
        , m_take(take)
    { }

    void run();

private:
    void readLeaf(const QByteArray &page, qsizetype headerAt);
    void readRow(QByteArrayView cell);
    [[nodiscard]] QByteArray wholeRow(QByteArrayView begin, qsizetype size);
    void takeEvent(qint64 id, QByteArrayView row);
    [[nodiscard]] QByteArray page(quint32 number);
    [[nodiscard]] static QByteArray bytesAt(QFile &file, qint64 at);

    QFile m_file;
    QFile m_log;
    const std::function<void(JournalEvent)> &m_take;
    QHash<quint32, qint64> m_logged; ///< pages in the log: where, of the last one
};

void Salvage::run()
{
    if (m_log.open(QIODevice::ReadOnly)) {
        constexpr qint64 step = frameHeaderBytes + pageBytes;
        for (qint64 at = logHeaderBytes; at + step <= m_log.size(); at += step) {
            m_log.seek(at);
            const QByteArray number = m_log.read(4);
            if (number.size() == 4)
                m_logged.insert(qFromBigEndian<quint32>(number.constData()), at + frameHeaderBytes);
        }
    }
    const bool isOpen = m_file.open(QIODevice::ReadOnly);
    for (qint64 at = 0; isOpen && at < m_file.size(); at += pageBytes)
        readLeaf(bytesAt(m_file, at), at == 0 ? fileHeaderBytes : 0);
    for (const qint64 at : std::as_const(m_logged))
        readLeaf(bytesAt(m_log, at), 0);
}

QByteArray Salvage::bytesAt(QFile &file, qint64 at)
{
    file.seek(at);
    QByteArray bytes = file.read(pageBytes);
    bytes.append(pageBytes - bytes.size(), '\0'); // the file may have been cut
    return bytes;
}

QByteArray Salvage::page(quint32 number)
{
    const auto logged = m_logged.constFind(number);
    return logged != m_logged.cend() ? bytesAt(m_log, *logged)
                                     : bytesAt(m_file, (qint64(number) - 1) * pageBytes);
}

void Salvage::readLeaf(const QByteArray &page, qsizetype headerAt)
{
    if (page.at(headerAt) != tableLeaf)
        return;
    const auto cells = qFromBigEndian<quint16>(page.constData() + headerAt + 3);
    for (qsizetype i = 0; i < cells; ++i) {
        const qsizetype pointer = headerAt + leafHeaderBytes + 2 * i;
        if (pointer + 2 > pageBytes)
            return;
        const auto at = qFromBigEndian<quint16>(page.constData() + pointer);
        if (at < pageBytes)
            readRow(QByteArrayView(page).sliced(at));
    }
}

void Salvage::readRow(QByteArrayView cell)
{
    Cursor cursor(cell);
    const qint64 size = cursor.varint();
    const qint64 id = cursor.varint();
    if (!cursor.hasFailed() && id > 0 && size > 0 && size <= largestRow)
        takeEvent(id, wholeRow(cursor.rest(), size));
}

/// A row that does not fit its page goes on in others, each of which begins with the next one's
/// number.
QByteArray Salvage::wholeRow(QByteArrayView begin, qsizetype size)
{
    if (size <= mostInPage)
        return begin.first(std::min(size, begin.size())).toByteArray();
    const qsizetype wanted = leastInPage + (size - leastInPage) % (pageBytes - 4);
    const qsizetype here = wanted <= mostInPage ? wanted : leastInPage;
    if (begin.size() < here + 4)
        return {};
    QByteArray row = begin.first(here).toByteArray();
    auto next = qFromBigEndian<quint32>(begin.data() + here);
    while (row.size() < size && next != 0) {
        const QByteArray more = page(next);
        next = qFromBigEndian<quint32>(more.constData());
        row.append(more.sliced(4, std::min(size - row.size(), pageBytes - 4)));
    }
    return row;
}

void Salvage::takeEvent(qint64 id, QByteArrayView row)
{
    Cursor cursor(row);
    const qint64 headerSize = cursor.varint();
    if (headerSize < 0 || headerSize > row.size())
        return;
    qsizetype at = headerSize; // of the last column
    std::optional<qsizetype> size;
    for (std::size_t i = 0; i < columns; ++i) {
        at += size.value_or(0);
        size = sizeOfColumn(cursor.varint());
        if (cursor.hasFailed() || !size)
            return;
    }
    if (at > row.size() || *size > row.size() - at)
        return;
    const QByteArray json = row.sliced(at, *size).toByteArray();
    const QJsonObject event = QJsonDocument::fromJson(json).object();
    if (event.value(keys::id).toInteger() != id)
        return;
    m_take({.id = id,
        .at = fromWireTime(event.value(keys::at)).toMSecsSinceEpoch(),
        .type = event.value(keys::type).toString(),
        .subject = {event.value(keys::process).toString(), event.value(keys::instance).toInt()},
        .json = json});
}

} // namespace

void salvageEvents(const QString &path, const std::function<void(JournalEvent event)> &take)
{
    Salvage(path, take).run();
}

} // namespace semper
