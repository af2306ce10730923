// SPDX-License-Identifier: LGPL-3.0-or-later
#include "redis/redisreader.h"

#include <new>
#include <utility>

#include <hiredis/read.h>

using namespace Qt::StringLiterals;

namespace semper {

/// What hiredis calls for each part of a reply. Arrays get their size before their elements, so
/// that the address of an element stays the same.
struct RedisReader::Builder
{
    [[nodiscard]] static RedisReader *reader(const redisReadTask *task)
    {
        return static_cast<RedisReader *>(task->privdata);
    }

    static void *createString(const redisReadTask *task, char *text, size_t size)
    {
        if (!reader(task)->spend(qint64(size)))
            return nullptr;
        RedisReply *reply = reader(task)->place(task);
        reply->m_type = task->type == REDIS_REPLY_STATUS ? RedisReply::Type::Status
            : task->type == REDIS_REPLY_ERROR            ? RedisReply::Type::Error
                                                         : RedisReply::Type::String;
        reply->m_bytes = QByteArray(text, qsizetype(size));
        return reply;
    }

    /// The count is an int in hiredis 0.14, a size_t from 1.0 on.
    template <class Count>
    static void *createArray(const redisReadTask *task, Count count)
    {
        if (!reader(task)->spend(qint64(count) * qint64(sizeof(RedisReply))))
            return nullptr;
        RedisReply *reply = reader(task)->place(task);
        reply->m_type = RedisReply::Type::Array;
        reply->m_elements.resize(qsizetype(count));
        return reply;
    }

    static void *createInteger(const redisReadTask *task, long long value)
    {
        RedisReply *reply = reader(task)->place(task);
        reply->m_type = RedisReply::Type::Integer;
        reply->m_integer = value;
        return reply;
    }

    static void *createNil(const redisReadTask *task)
    {
        RedisReply *reply = reader(task)->place(task);
        reply->m_type = RedisReply::Type::Nil;
        return reply;
    }

    /// All parts belong to m_root.
    static void freeObject(void *) { }

    [[nodiscard]] static redisReplyObjectFunctions *functions()
    {
        static redisReplyObjectFunctions functions = [] {
            redisReplyObjectFunctions table{};
            table.createString = createString;
            table.createArray = createArray;
            table.createInteger = createInteger;
            table.createNil = createNil;
            table.freeObject = freeObject;
            return table;
        }();
        return &functions;
    }
};

RedisReader::RedisReader(qint64 maximumBytes)
    : m_reader(redisReaderCreateWithFunctions(Builder::functions()), redisReaderFree)
    , m_maximumBytes(maximumBytes)
{
    if (!m_reader)
        throw std::bad_alloc();
    m_reader->privdata = this;
}

RedisReader::~RedisReader() = default;

void RedisReader::feed(QByteArrayView bytes)
{
    if (m_problem != Problem::None)
        return;
    m_fed += bytes.size();
    redisReaderFeed(m_reader.get(), bytes.data(), size_t(bytes.size()));
}

std::optional<RedisReply> RedisReader::next()
{
    if (m_problem != Problem::None)
        return std::nullopt;
    void *reply = nullptr;
    const bool isFine = redisReaderGetReply(m_reader.get(), &reply) == REDIS_OK;
    if (isFine && reply) {
        m_fed = 0;
        m_spent = 0;
        return std::exchange(m_root, {});
    }
    if (!isFine && m_problem == Problem::None) {
        m_problem = Problem::Protocol;
        m_problemText = QString::fromUtf8(m_reader->errstr);
    }
    // A string is handed over whole: that it will be too long, only what was fed can tell.
    if (m_problem == Problem::None && m_fed > m_maximumBytes)
        refuse();
    return std::nullopt;
}

RedisReply *RedisReader::place(const redisReadTask *task)
{
    if (!task->parent)
        return &m_root;
    return &static_cast<RedisReply *>(task->parent->obj)->m_elements[task->idx];
}

bool RedisReader::spend(qint64 bytes)
{
    if (bytes <= m_maximumBytes - m_spent) {
        m_spent += bytes;
        return true;
    }
    refuse();
    return false;
}

void RedisReader::refuse()
{
    m_problem = Problem::TooLarge;
    m_problemText = u"the answer is larger than %1 bytes"_s.arg(m_maximumBytes);
}

} // namespace semper
